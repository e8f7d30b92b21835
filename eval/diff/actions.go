package diff

import (
	"slices"
	"strings"
	"sync"

	"iamsim/eval"
	"iamsim/internal/wildcard"
	"iamsim/model/catalog"
)

// vocabulary is the catalogue's actions in a form that comparing needs:
// numbered, each with its kind. Actions of one kind that the same statements
// list are decided alike.
type vocabulary struct {
	names  []string // as AWS writes them
	byName map[string]int32
	kindOf []int32
	kinds  []actionKind
	// ofKind are the actions of each kind.
	ofKind [][]int32
	// expansions holds the actions that a pattern covers, by its folded text.
	expansions sync.Map
	catalog    *catalog.Catalog
	// endpoints tells that actions are told apart by service because endpoints
	// that serve one service are declared.
	endpoints bool
}

// actionKind is what deciding looks at in an action besides its name.
type actionKind struct {
	traits string
	// unnamed is set where requests are authorised on "*".
	unnamed bool
	// formats are the ARN formats of the action's resources, ${Account} and
	// ${Partition} still to be filled in; nil for every ARN.
	formats []string
}

var vocabularies sync.Map // *catalog.Catalog and whether endpoints are told apart -> *vocabulary

type vocabularyKey struct {
	catalog   *catalog.Catalog
	endpoints bool
}

// vocabularyOf returns the vocabulary of a catalogue, which may be nil;
// services are those that endpoints serve alone.
func vocabularyOf(c *catalog.Catalog, services []string) *vocabulary {
	endpoints := len(services) > 0
	if c == nil {
		return bareVocabulary(services)
	}
	key := vocabularyKey{c, endpoints}
	if v, ok := vocabularies.Load(key); ok {
		return v.(*vocabulary)
	}
	v, _ := vocabularies.LoadOrStore(key, newVocabulary(c, endpoints))
	return v.(*vocabulary)
}

func newVocabulary(c *catalog.Catalog, endpoints bool) *vocabulary {
	v := &vocabulary{byName: map[string]int32{}, catalog: c, endpoints: endpoints}
	known := map[string]int32{}
	continued := continuedFormats(c)
	for action := range c.Actions() {
		name := action.Name()
		kind := actionKind{traits: eval.ActionTraits(name, endpoints), unnamed: mayNameNone(action), formats: formatsOf(action, continued)}
		if !action.TakesResource() {
			kind.formats = []string{}
			if action.MayTake("arn:aws:" + action.Service().Prefix() + ":::x") {
				kind.formats = formatsOf(action, continued)
			}
		}
		v.add(name, kind, known)
	}
	return v
}

// bareVocabulary holds, without a catalogue, the actions that deciding tells
// apart, and one of each of the services.
func bareVocabulary(services []string) *vocabulary {
	v := &vocabulary{byName: map[string]int32{}, endpoints: len(services) > 0}
	known := map[string]int32{}
	names := eval.ActionSamples()
	for _, service := range services {
		names = append(names, service+":any")
	}
	for _, name := range names {
		if _, twice := v.byName[strings.ToLower(name)]; !twice {
			v.add(name, actionKind{traits: eval.ActionTraits(name, v.endpoints), unnamed: true}, known)
		}
	}
	return v
}

// add numbers an action; known are the kinds so far by their text.
func (v *vocabulary) add(name string, kind actionKind, known map[string]int32) {
	text := kind.traits + "\x00" + kind.key()
	if kind.unnamed {
		text += "\x00*"
	}
	id, ok := known[text]
	if !ok {
		id = int32(len(v.kinds))
		known[text] = id
		v.kinds = append(v.kinds, kind)
		v.ofKind = append(v.ofKind, nil)
	}
	n := int32(len(v.names))
	v.names = append(v.names, name)
	v.byName[strings.ToLower(name)] = n
	v.kindOf = append(v.kindOf, id)
	v.ofKind[id] = append(v.ofKind[id], n)
}

// mayNameNone reports whether requests of an action may name no resource: it
// takes none, or its one kind of resource is not required. Where it takes
// several kinds, the reference calls none required though one has to be named (B19).
func mayNameNone(action catalog.Action) bool {
	return !action.RequiresResource() && len(action.Resources()) <= 1
}

// continuedFormats are the formats that another format of the service
// continues with a slash: names of their kind hold none.
func continuedFormats(c *catalog.Catalog) map[string]bool {
	out := map[string]bool{}
	for service := range c.Services() {
		var all []string
		for t := range service.ResourceTypes() {
			all = append(all, strings.Split(t.ARNFormat(), ", ")...)
		}
		for _, f := range all {
			for _, g := range all {
				if strings.HasPrefix(g, f+"/") && strings.HasSuffix(f, "}") {
					out[f] = true
				}
			}
		}
	}
	return out
}

// formatsOf returns the shapes of the ARNs that an action is authorised on.
func formatsOf(action catalog.Action, continued map[string]bool) []string {
	out := []string{}
	for _, use := range action.Resources() {
		for _, format := range strings.Split(use.Type.ARNFormat(), ", ") {
			out = append(out, shapeOfFormat(format, continued[format]))
		}
	}
	prefix := action.Service().Prefix()
	for _, service := range []string{prefix, "logs", "codeconnections", "codestar-connections"} {
		if action.MayTake("arn:aws:" + service + ":::x") {
			field := string(rune(wildcard.ShapeField))
			out = append(out, "arn:"+partitionMark+":"+service+":"+field+":"+accountMark+":"+string(rune(wildcard.ShapeChar))+string(rune(wildcard.ShapeRun)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Marks in a shape where the caller's partition and an account are filled in.
const (
	partitionMark = "\x0e"
	accountMark   = "\x0f"
)

// shapeOfFormat turns a documented format of ARNs into a shape.
func shapeOfFormat(format string, slashless bool) string {
	var b strings.Builder
	colons := 0
	for i := 0; i < len(format); {
		if end := strings.IndexByte(format[i:], '}'); strings.HasPrefix(format[i:], "${") && end > 0 {
			last := i+end+1 == len(format)
			switch {
			case colons == 1:
				b.WriteString(partitionMark)
			case colons == 4:
				b.WriteString(accountMark)
			case colons < 5:
				b.WriteRune(wildcard.ShapeFieldChar)
				b.WriteRune(wildcard.ShapeField)
			case last && slashless:
				b.WriteRune(wildcard.ShapeName)
			default:
				b.WriteRune(wildcard.ShapeChar)
				b.WriteRune(wildcard.ShapeRun)
			}
			i += end + 1
			continue
		}
		switch format[i] {
		case '*':
			if colons < 5 {
				b.WriteRune(wildcard.ShapeField)
			} else {
				b.WriteRune(wildcard.ShapeRun)
			}
		case ':':
			colons++
			b.WriteByte(':')
		default:
			b.WriteByte(format[i])
		}
		i++
	}
	return b.String()
}
