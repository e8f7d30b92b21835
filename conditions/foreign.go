package conditions

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
)

// foreign returns texts that none of the policy values matches, if there are
// any, one that the operator cannot compare at all, and for set operators the
// empty text, which they take as missing (rule C12).
func (e *Entry) foreign(env *Env) []string {
	var texts []string
	switch e.op.Base.Family() {
	case StringFamily:
		texts = e.firstUnmatched(env, slices.Concat(strangers, e.plainTexts(env)))
	case NumericFamily, DateFamily:
		texts = []string{placeholder}
	case BinaryFamily:
		texts = append(e.firstUnmatched(env, e.counters()), "?")
	case IPFamily:
		texts = slices.Concat(e.firstUnmatched(env, strangers4), e.firstUnmatched(env, strangers6), []string{placeholder})
	case ARNFamily:
		texts = append(e.firstUnmatched(env, slices.Concat(strangeARNs, e.plainARNs(env))), placeholder)
	case NullFamily:
		return []string{""}
	}
	if e.op.Set != None {
		texts = append(texts, "")
	}
	return texts
}

// Texts that policies are unlikely to match, the plainest first.
var (
	strangers   = []string{"x", "y", "other", "no-such-value"}
	strangeARNs = []string{"arn:aws:x:::x", "arn:aws:y:r:0:y"}
	// Addresses set aside for documentation, then others. If a family has an
	// address outside all ranges, the lowest is one or the neighbour of a
	// range is, which edges returns.
	strangers4 = []string{"192.0.2.1", "198.51.100.1", "203.0.113.1", "0.0.0.0"}
	strangers6 = []string{"2001:db8::1", "::"}
)

// firstUnmatched returns the first of the texts that no policy value matches.
// A variable whose value is not known is taken to be the placeholder, or
// something of that length.
func (e *Entry) firstUnmatched(env *Env, texts []string) []string {
	for _, text := range texts {
		x := newScalar(text)
		v := e.against(&x, env)
		if v&matched == 0 && (v&undecided == 0 || text != placeholder) {
			return []string{text}
		}
	}
	return nil
}

// unusedCharacter returns a character that stands in none of the texts, in
// either case.
func unusedCharacter(texts []string) string {
	all := strings.ToLower(strings.Join(texts, ""))
	for _, r := range "zqxjkvwy" {
		if !strings.ContainsRune(all, r) {
			return string(r)
		}
	}
	// The signs from U+2190 on are arrows and the like, which have no case.
	r := '\u2190'
	for strings.ContainsRune(all, r) {
		r++
	}
	return string(r)
}

// questionMarks returns the number of question marks in the policy value that
// has most.
func (e *Entry) questionMarks() int {
	most := 0
	for _, v := range e.values {
		most = max(most, strings.Count(v, "?"))
	}
	return most
}

// plainTexts returns texts among which one is unmatched if any text is: they
// repeat a character that stands in no policy value, so that only patterns
// without letters match them, and those look at nothing but the length.
func (e *Entry) plainTexts(env *Env) []string {
	char := unusedCharacter(e.allTexts(env))
	var texts []string
	for n := range e.questionMarks() + 2 {
		texts = append(texts, strings.Repeat(char, n))
	}
	return texts
}

// plainARNs is plainTexts for ARNs: all combinations of components that are
// empty, one character, or longer than any pattern's question marks.
func (e *Entry) plainARNs(env *Env) []string {
	char := unusedCharacter(e.allTexts(env))
	lengths := []int{0, 1, e.questionMarks() + 1}
	arns := []string{"arn"}
	for range components - 1 {
		var longer []string
		for _, a := range arns {
			for _, n := range lengths {
				longer = append(longer, a+":"+strings.Repeat(char, n))
			}
		}
		arns = longer
	}
	return arns
}

// allTexts returns the policy values and the values of their variables.
func (e *Entry) allTexts(env *Env) []string {
	texts := slices.Clone(e.values)
	for _, key := range e.variables {
		text, _ := env.Resolve(key)
		texts = append(texts, text)
	}
	return texts
}

// counters returns base64 texts of more different bytes than there are policy
// values.
func (e *Entry) counters() []string {
	var texts []string
	for n := range len(e.values) + 1 {
		texts = append(texts, base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, uint32(n))))
	}
	return texts
}
