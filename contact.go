package pharos

// Contact is the person whom Microsoft's support answers about a request.
type Contact struct {
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Email     string `json:"email"`
	// Copies are addresses that get a copy of every answer.
	Copies []string      `json:"copies,omitempty"`
	Method ContactMethod `json:"method"`
	// Phone is "" when none is given; it is when Method is ByPhone.
	Phone string `json:"phone,omitempty"`
	// Country is an ISO 3166-1 alpha-3 code such as DEU.
	Country string `json:"country"`
	// TimeZone is Microsoft's name of a time zone, such as "W. Europe Standard
	// Time", not the IANA one.
	TimeZone string `json:"timeZone"`
	// Language is one that support speaks, such as en-us.
	Language string `json:"language"`
}

// ContactMethod is how a contact wants to be reached.
type ContactMethod string

// The methods of [Contact].
const (
	ByEmail ContactMethod = "email"
	ByPhone ContactMethod = "phone"
)
