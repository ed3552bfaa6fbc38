package config

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// defaultLanguage is the one that support speaks for every severity.
const defaultLanguage = "en-us"

// supportLanguages are those that Azure's support speaks (docs: REST API
// Microsoft.Support 2024-04-01, "ContactProfile").
func supportLanguages() []string {
	return []string{"en-us", "de-de", "es-es", "fr-fr", "it-it", "ja-jp", "ko-kr", "pt-br", "ru-ru", "zh-hans", "zh-tw"}
}

// contact reads whom Microsoft's support answers.
func (d *decoder) contact(n node, c *Config) {
	p := pharos.Contact{Method: pharos.ByEmail, Language: defaultLanguage}
	n.mapping(fields{
		"firstName": func(n node) { value(n, nonEmpty, &p.FirstName) },
		"lastName":  func(n node) { value(n, nonEmpty, &p.LastName) },
		"email":     func(n node) { value(n, parseEmail, &p.Email) },
		"copies":    func(n node) { n.each(func(n node) { p.Copies = appendID(n, p.Copies, parseEmail) }) },
		"method":    func(n node) { choice(n, &p.Method, pharos.ByEmail, pharos.ByPhone) },
		"phone":     func(n node) { value(n, nonEmpty, &p.Phone) },
		"country":   func(n node) { value(n, parseCountry, &p.Country) },
		"timeZone":  func(n node) { value(n, parseTimeZone, &p.TimeZone) },
		"language":  func(n node) { value(n, parseLanguage, &p.Language) },
	}, "firstName", "lastName", "email", "country", "timeZone")
	if p.Method == pharos.ByPhone && p.Phone == "" {
		n.fail("needs phone, because method is phone")
	}
	c.Contact = &p
}

func parseEmail(s string) (string, error) {
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
		return "", pharos.Errorf(pharos.Invalid, "%q is not an address such as ada@contoso.example", s)
	}
	return s, nil
}

var countryCode = regexp.MustCompile(`^[A-Z]{3}$`)

func parseCountry(s string) (string, error) {
	code := strings.ToUpper(s)
	if !countryCode.MatchString(code) {
		return "", pharos.Errorf(pharos.Invalid, "%q is not a country code of three letters (ISO 3166-1 alpha-3) such as DEU", s)
	}
	return code, nil
}

// parseTimeZone refuses IANA names, which support does not know. Its own names
// are many and change; whether one is known is for Azure to say.
func parseTimeZone(s string) (string, error) {
	if strings.Contains(s, "/") {
		return "", pharos.Errorf(pharos.Invalid, "%q is not Microsoft's name of a time zone, such as W. Europe Standard Time", s)
	}
	return nonEmpty(s)
}

func parseLanguage(s string) (string, error) {
	code := strings.ToLower(s)
	if !slices.Contains(supportLanguages(), code) {
		return "", pharos.Errorf(pharos.Invalid, "%q is not a language of Azure's support: %s", s, strings.Join(supportLanguages(), ", "))
	}
	return code, nil
}
