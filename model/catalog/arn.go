package catalog

import (
	"math/bits"
	"strings"
)

// ResourceType is one resource type of a Catalog. It is a small value that can
// be compared; its zero value belongs to no catalogue and must not be used.
type ResourceType struct {
	c  *Catalog
	id uint32
}

func (t ResourceType) row() *typeRow { return &t.c.types[t.id] }

// Name returns the type's name within its service, as in "bucket".
func (t ResourceType) Name() string { return t.row().name }

// Service returns the service whose actions take the type. The ARNs may be
// those of another one.
func (t ResourceType) Service() Service { return Service{t.c, t.row().service} }

// ARNFormat returns the format of the type's ARNs as AWS documents it, as in
// arn:${Partition}:s3:::${BucketName}/${ObjectName}. Some have two, separated
// by ", "; a `*` in one stands for any text.
func (t ResourceType) ARNFormat() string { return t.row().format }

// Keys returns the condition keys that come with resources of the type.
func (t ResourceType) Keys() []string { return t.c.keyNames(t.row().keys) }

// Fits reports whether a concrete ARN has the type's format. A placeholder
// stands for one character or more: in the first five fields for any but ':',
// in the resource part for any at all, as names of many kinds hold slashes and
// colons. The account may be empty, as it is in what belongs to AWS. Only
// where the service has a type whose format continues this one with a '/', as
// s3 has objects beside buckets, the last placeholder holds no '/'.
func (t ResourceType) Fits(arn string) bool {
	_, ok := t.fitting(arn)
	return ok
}

// fitting returns the alternative of the format that the ARN fits.
func (t ResourceType) fitting(arn string) (string, bool) {
	var f format
	alternatives := t.row().format
	for i := 0; alternatives != ""; i++ {
		var one string
		one, alternatives = nextAlternative(alternatives)
		if f.compile(one, t.row().slashless&(1<<i) != 0, false); f.fits(arn) {
			return one, true
		}
	}
	return "", false
}

// meets reports whether the pattern matches some ARN of the type. A `*` at the
// end of a field that reaches across colons would meet nearly every type if
// names hold colons as well, so that only one of the two counts at a time.
func (t ResourceType) meets(p *pattern) bool {
	var f format
	alternatives := t.row().format
	for i := 0; alternatives != ""; i++ {
		var one string
		one, alternatives = nextAlternative(alternatives)
		slashless := t.row().slashless&(1<<i) != 0
		if f.compile(one, slashless, false); f.meets(p.aligned) {
			return true
		}
		if !p.crosses {
			continue
		}
		if f.compile(one, slashless, true); f.meets(p.crossing) || f.meets(p.crossingCompleted) {
			return true
		}
	}
	return false
}

// betweenFormats separates the alternatives of a format.
const betweenFormats = ", "

func nextAlternative(formats string) (one, rest string) {
	one, rest, _ = strings.Cut(formats, betweenFormats)
	return one, rest
}

// widened are documented formats that exclude ARNs that exist. Those of
// WebSocket APIs end behind the route, and the path of a method may be empty;
// packages without a namespace leave its place empty; offerings have an
// account; multi-region access points have no region.
var widened = map[string]string{
	"arn:${Partition}:execute-api:${Region}:${Account}:${ApiId}/${Stage}/${Method}/${ApiSpecificResourcePath}": "arn:${Partition}:execute-api:${Region}:${Account}:${ApiId}/*",

	"arn:${Partition}:codeartifact:${Region}:${Account}:package/${DomainName}/${RepositoryName}/${PackageFormat}/${PackageNamespace}/${PackageName}": "arn:${Partition}:codeartifact:${Region}:${Account}:package/${DomainName}/${RepositoryName}/${PackageFormat}/*/${PackageName}",

	"arn:${Partition}:mediaconnect:${Region}:offering:${OfferingId}": "arn:${Partition}:mediaconnect:${Region}:${Account}:offering:${OfferingId}",

	"arn:${Partition}:s3:${Region}:${Account}:accesspoint/${AccessPointName}/object/${ObjectName}": "arn:${Partition}:s3:*:${Account}:accesspoint/${AccessPointName}/object/${ObjectName}",
}

// element is one step of a format or pattern.
type element struct {
	kind elementKind
	char byte // of a literal
	not  byte // the characters that one and run exclude
}

type elementKind uint8

const (
	literal elementKind = iota // that character
	one                        // one character
	run                        // any number of characters
)

// Characters that an element may exclude.
const (
	noColon byte = 1 << iota
	noSlash
)

func excludes(not, char byte) bool {
	switch char {
	case ':':
		return not&noColon != 0
	case '/':
		return not&noSlash != 0
	}
	return false
}

const (
	// arnColons separate the six fields of an ARN; the account stands behind
	// accountField of them.
	arnColons    = 5
	accountField = 4
	// formatLimit is the length in bytes of the longest single format.
	formatLimit = 400
	// stateWords is 64-bit words for a bit before and behind each element of a
	// format: a byte makes one element, except that a placeholder of at least
	// three bytes makes two.
	stateWords = formatLimit/64 + 1
)

// format is the elements of a single ARN format.
type format struct {
	elements [formatLimit]element
	length   int
	runs     [formatLimit]uint16 // places of the runs
	numRuns  int
}

// states is the set of places in a format that can be reached.
type states [stateWords]uint64

func (s *states) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s *states) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// compile reads a format. The last placeholder of a slashless one holds no
// '/', and no placeholder of a colonless one a ':'.
func (f *format) compile(text string, slashless, colonless bool) {
	if wide, ok := widened[text]; ok {
		text = wide
	}
	f.length, f.numRuns = 0, 0
	colons, not := 0, noColon
	for i := 0; i < len(text); i++ {
		switch n := placeholder(text[i:]); {
		case n > 0:
			i += n - 1
			if slashless && i == len(text)-1 {
				not |= noSlash
			}
			if colons != accountField {
				f.push(element{kind: one, not: not})
			}
			f.push(element{kind: run, not: not})
		case text[i] == '*':
			f.push(element{kind: run, not: not})
		default:
			f.push(element{kind: literal, char: text[i]})
			if text[i] == ':' {
				if colons++; colons == arnColons && !colonless {
					not = 0
				}
			}
		}
	}
}

func (f *format) push(e element) {
	if e.kind == run {
		f.runs[f.numRuns] = uint16(f.length)
		f.numRuns++
	}
	f.elements[f.length] = e
	f.length++
}

// placeholder returns the length of the `${...}` that text begins with, or 0.
func placeholder(text string) int {
	if !strings.HasPrefix(text, "${") {
		return 0
	}
	return strings.IndexByte(text, '}') + 1
}

// start returns the states before the first character.
func (f *format) start() states {
	var s states
	s.add(0)
	f.close(&s)
	return s
}

// words is the number of words that hold states of the format.
func (f *format) words() int { return f.length/64 + 1 }

// stuck reports whether no state is left.
func (f *format) stuck(s *states) bool {
	for word := range f.words() {
		if s[word] != 0 {
			return false
		}
	}
	return true
}

// close adds the states that are reached without a character.
func (f *format) close(s *states) {
	for _, i := range f.runs[:f.numRuns] {
		if s.has(int(i)) {
			s.add(int(i) + 1)
		}
	}
}

// fits walks the format along a text: the states are those of all ways to
// read what has been seen of it.
func (f *format) fits(text string) bool {
	s := f.start()
	for i := 0; i < len(text) && !f.stuck(&s); i++ {
		s = f.step(&s, element{kind: literal, char: text[i]})
	}
	return s.has(f.length)
}

// meets reports whether some text has both the format and the pattern. It
// walks the format along the pattern, in time proportional to the product of
// their lengths.
func (f *format) meets(pattern []element) bool {
	s := f.start()
	for _, e := range pattern {
		if f.stuck(&s) {
			return false
		}
		if e.kind == run {
			f.skip(&s, e.not)
		} else {
			s = f.step(&s, e)
		}
	}
	return len(pattern) > 0 && s.has(f.length)
}

// step returns the states behind one more character that the element allows.
func (f *format) step(s *states, e element) states {
	var next states
	for word := range f.words() {
		for set := s[word]; set != 0; set &= set - 1 {
			i := word*64 + bits.TrailingZeros64(set)
			if i == f.length || !common(f.elements[i], e) {
				continue
			}
			if f.elements[i].kind == run {
				next.add(i)
			} else {
				next.add(i + 1)
			}
		}
	}
	f.close(&next)
	return next
}

// skip adds the states behind any number of characters that are not excluded.
func (f *format) skip(s *states, not byte) {
	for i := 0; i < f.length; i++ {
		if s.has(i) && (f.elements[i].kind == run || common(f.elements[i], element{kind: one, not: not})) {
			s.add(i + 1)
		}
	}
}

// common reports whether some character is allowed by both elements. Two that
// are not literals always have one in common: they exclude two at most.
func common(a, b element) bool {
	switch {
	case a.kind == literal && b.kind == literal:
		return a.char == b.char
	case a.kind == literal:
		return !excludes(b.not, a.char)
	case b.kind == literal:
		return !excludes(a.not, b.char)
	}
	return true
}

// specificity orders formats: first by the characters that stand for
// themselves, then by the lack of `*`.
func specificity(format string) int {
	literals, stars := 0, 0
	for i := 0; i < len(format); i++ {
		switch n := placeholder(format[i:]); {
		case n > 0:
			i += n - 1
		case format[i] == '*':
			stars++
		default:
			literals++
		}
	}
	return literals*formatLimit - stars
}
