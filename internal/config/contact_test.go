package config

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
)

const (
	withPartner = "partner: {id: \"4987654\"}\n"
	somebody    = "firstName: Ada, lastName: Example, email: ada@contoso.example, country: deu, timeZone: W. Europe Standard Time"
)

func TestContact(t *testing.T) {
	plain := pharos.Contact{
		FirstName: "Ada", LastName: "Example", Email: "ada@contoso.example", Method: pharos.ByEmail,
		Country: "DEU", TimeZone: "W. Europe Standard Time", Language: "en-us",
	}
	phone := plain
	phone.Method, phone.Phone, phone.Language, phone.Copies = pharos.ByPhone, "+49 30 1234567", "de-de", []string{"billing@contoso.example"}
	for text, want := range map[string]*pharos.Contact{
		withPartner: nil,
		withPartner + "contact: {" + somebody + "}": &plain,
		withPartner + "contact: {" + somebody + ", method: phone, phone: +49 30 1234567, language: de-DE, copies: [billing@contoso.example]}": &phone,
	} {
		c, err := Parse([]byte(text), "c.yaml", nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, c.Contact); diff != "" {
			t.Errorf("%s: -want +got\n%s", text, diff)
		}
	}
}

func TestContact_Problems(t *testing.T) {
	for text, want := range map[string]string{
		"{}": "c.yaml:2: contact.firstName: is missing\nc.yaml:2: contact.lastName: is missing\nc.yaml:2: contact.email: is missing\n" +
			"c.yaml:2: contact.country: is missing\nc.yaml:2: contact.timeZone: is missing",
		"{" + somebody + ", mobile: 1}":      "c.yaml:2: contact.mobile: unknown key; known here: copies, country, email, firstName, language, lastName, method, phone, timeZone",
		"{" + somebody + ", method: pigeon}": `c.yaml:2: contact.method: "pigeon" is not one of email, phone`,
		"{" + somebody + ", method: phone}":  "c.yaml:2: contact: needs phone, because method is phone",
		"{" + somebody + ", copies: [ada]}":  `c.yaml:2: contact.copies[0]: "ada" is not an address such as ada@contoso.example`,
		"{" + somebody + ", language: la}":   `c.yaml:2: contact.language: "la" is not a language of Azure's support: en-us, de-de, es-es, fr-fr, it-it, ja-jp, ko-kr, pt-br, ru-ru, zh-hans, zh-tw`,
		"{firstName: Ada, lastName: Example, email: Ada <ada@x.example>, country: Germany, timeZone: Europe/Berlin}": `c.yaml:2: contact.email: "Ada <ada@x.example>" is not an address such as ada@contoso.example
c.yaml:2: contact.country: "Germany" is not a country code of three letters (ISO 3166-1 alpha-3) such as DEU
c.yaml:2: contact.timeZone: "Europe/Berlin" is not Microsoft's name of a time zone, such as W. Europe Standard Time`,
	} {
		_, err := Parse([]byte(withPartner+"contact: "+text), "c.yaml", nil)
		var ps Problems
		if !errors.As(err, &ps) {
			t.Errorf("%s: got %v, want problems", text, err)
			continue
		}
		if got := ps.Error(); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", text, got, want)
		}
	}
}
