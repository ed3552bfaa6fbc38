package armtemplate

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func dateFunctions(m map[string]function) {
	m["utcnow"] = function{max: 1, in: []section{inParameter}, eager: func(c *invocation) (*Node, error) {
		form := "yyyyMMddTHHmmssZ"
		if len(c.args) == 1 {
			var err error
			if form, err = c.str(0); err != nil {
				return nil, err
			}
		}
		s, err := formatTime(c.env.Now.UTC(), form)
		return text(s), err
	}}
	m["datetimeadd"] = function{min: 2, max: 3, eager: dateTimeAdd}
	m["datetimefromepoch"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		i, err := c.int(0)
		if err != nil {
			return nil, err
		}
		const year9999 = 253402300799
		if i < -62135596800 || i > year9999 {
			return nil, c.failed("the number '%d' is no time between the years 1 and 9999.", i)
		}
		return text(time.Unix(i, 0).UTC().Format("2006-01-02T15:04:05Z")), nil
	}}
	m["datetimetoepoch"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		t, err := c.time(0)
		return integer(t.Unix()), err
	}}
}

// timeForms are those in which times are read.
func timeForms() []string {
	return []string{
		"20060102T150405Z", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z", "2006-01-02 15:04:05",
		"2006-01-02", "1/2/2006 3:04:05 PM", "1/2/2006 15:04:05", "1/2/2006", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	}
}

func (c *invocation) time(i int) (time.Time, error) {
	s, err := c.str(i)
	if err != nil {
		return time.Time{}, err
	}
	for _, form := range timeForms() {
		if t, err := time.Parse(form, strings.TrimSpace(s)); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, c.failed("the value '%.100s' is not a valid date and time.", s)
}

// dateTimeAdd adds an ISO 8601 duration. Without a format the result is
// written as the examples of Microsoft's page show it.
func dateTimeAdd(c *invocation) (*Node, error) {
	t, err := c.time(0)
	if err != nil {
		return nil, err
	}
	s, err := c.str(1)
	if err != nil {
		return nil, err
	}
	form := "M/d/yyyy h:mm:ss tt"
	if len(c.args) == 3 {
		if form, err = c.str(2); err != nil {
			return nil, err
		}
	}
	if t, err = addDuration(t, s); err != nil {
		return nil, c.failed("%s", err.Error())
	}
	s, err = formatTime(t, form)
	return text(s), err
}

var duration = regexp.MustCompile(`^(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$`)

func addDuration(t time.Time, s string) (time.Time, error) {
	m := duration.FindStringSubmatch(s)
	if m == nil || strings.HasSuffix(s, "P") || strings.HasSuffix(s, "T") {
		return t, faultf("the value '%.100s' is not a duration of ISO 8601.", s)
	}
	var part [7]int
	for i := range part {
		if m[i+2] == "" {
			continue
		}
		n, err := strconv.Atoi(m[i+2])
		if err != nil || n > 100_000_000 {
			return t, faultf("the duration '%.100s' is too long.", s)
		}
		if part[i] = n; m[1] == "-" {
			part[i] = -n
		}
	}
	// Months are added as .NET does: the day is at most the month's last.
	months := part[0]*12 + part[1]
	if months > 120_000 || months < -120_000 {
		return t, faultf("the duration '%.100s' is too long.", s)
	}
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	t = first.AddDate(0, 0, min(t.Day(), last)-1)
	t = t.AddDate(0, 0, part[2]*7+part[3])
	for _, x := range []struct {
		count  int
		perDay int
		unit   time.Duration
	}{{part[4], 24, time.Hour}, {part[5], 24 * 60, time.Minute}, {part[6], 24 * 60 * 60, time.Second}} {
		// Whole days first, so that nothing overflows.
		t = t.AddDate(0, 0, x.count/x.perDay).Add(time.Duration(x.count%x.perDay) * x.unit)
	}
	if t.Year() < 1 || t.Year() > 9999 {
		return t, faultf("the result is not between the years 1 and 9999.")
	}
	return t, nil
}

// standardForms are what one letter stands for (docs: standard date and time
// format strings, invariant culture).
func standardForm(letter string) (string, bool) {
	form, ok := map[string]string{
		"d": "MM/dd/yyyy", "D": "dddd, dd MMMM yyyy", "f": "dddd, dd MMMM yyyy HH:mm", "F": "dddd, dd MMMM yyyy HH:mm:ss", "g": "MM/dd/yyyy HH:mm", "G": "MM/dd/yyyy HH:mm:ss",
		"m": "MMMM dd", "M": "MMMM dd", "o": "yyyy-MM-ddTHH:mm:ss.fffffffK", "O": "yyyy-MM-ddTHH:mm:ss.fffffffK", "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
		"R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'", "s": "yyyy-MM-ddTHH:mm:ss", "t": "HH:mm", "T": "HH:mm:ss", "u": "yyyy-MM-dd HH:mm:ss'Z'", "y": "yyyy MMMM", "Y": "yyyy MMMM",
	}[letter]
	return form, ok
}

// formatTime writes a time by a format string of .NET.
func formatTime(t time.Time, form string) (string, error) {
	if len(form) > 200 {
		return "", faultf("the format '%.20s' is too long.", form)
	}
	if len(form) == 1 {
		long, ok := standardForm(form)
		if !ok {
			return "", faultf("the format '%s' of a time is not valid.", form)
		}
		form = long
	}
	var b strings.Builder
	for i := 0; i < len(form); {
		c := form[i]
		run := 1
		for i+run < len(form) && form[i+run] == c {
			run++
		}
		switch {
		case c == '\'' || c == '"':
			end := strings.IndexByte(form[i+1:], c)
			if end < 0 {
				return "", faultf("the format '%s' of a time is not valid.", form)
			}
			b.WriteString(form[i+1 : i+1+end])
			i += end + 2
			continue
		case c == '\\' && i+1 < len(form):
			b.WriteByte(form[i+1])
			i += 2
			continue
		case c == '%':
			run = 1
		default:
			b.WriteString(timeToken(t, c, run, form[i:i+run]))
		}
		i += run
	}
	return b.String(), nil
}

// timeToken writes one run of letters of a format; others stand for themselves.
func timeToken(t time.Time, c byte, run int, self string) string {
	switch c {
	case 'y':
		if run <= 2 {
			return fmt.Sprintf("%0*d", run, t.Year()%100)
		}
		return fmt.Sprintf("%0*d", run, t.Year())
	case 'M':
		return monthToken(t, run)
	case 'd':
		switch {
		case run <= 2:
			return fmt.Sprintf("%0*d", run, t.Day())
		case run == 3:
			return t.Weekday().String()[:3]
		}
		return t.Weekday().String()
	case 'H':
		return fmt.Sprintf("%0*d", min(run, 2), t.Hour())
	case 'h':
		return fmt.Sprintf("%0*d", min(run, 2), (t.Hour()+11)%12+1)
	case 'm':
		return fmt.Sprintf("%0*d", min(run, 2), t.Minute())
	case 's':
		return fmt.Sprintf("%0*d", min(run, 2), t.Second())
	case 'f':
		return fmt.Sprintf("%09d", t.Nanosecond())[:min(run, 7)]
	case 't':
		return t.Format("PM")[:min(run, 2)]
	case 'z':
		return []string{"+0", "+00", "+00:00"}[min(run, 3)-1]
	case 'K':
		return strings.Repeat("Z", run)
	default:
		return self
	}
}

func monthToken(t time.Time, run int) string {
	switch {
	case run <= 2:
		return fmt.Sprintf("%0*d", run, int(t.Month()))
	case run == 3:
		return t.Month().String()[:3]
	default:
		return t.Month().String()
	}
}
