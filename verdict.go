package pharos

// Verdict is the judgement of a usage line.
type Verdict string

// The verdicts. Every line has exactly one.
const (
	Earned         Verdict = "earned"     // credited, as the access history says
	Unexpected     Verdict = "unexpected" // credited, and no access that explains it
	Lost           Verdict = "lost"       // not credited, and we know why
	Disputable     Verdict = "disputable" // not credited, access held and linked all day, 48 hours over
	Pending        Verdict = "pending"    // not credited yet, less than 48 hours since the day's end
	UnknownVerdict Verdict = "unknown"    // not credited, and our history does not say
	Excluded       Verdict = "excluded"   // of a product that never earns, or costs nothing
)

// Verdicts returns every verdict, in the order in which they are shown.
func Verdicts() []Verdict {
	return []Verdict{Earned, Lost, Disputable, Pending, UnknownVerdict, Unexpected, Excluded}
}
