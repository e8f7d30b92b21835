package catalog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"strings"
	"time"
	"unicode/utf8"

	"iamsim/conditions"
)

// Read reads a catalogue that Encode wrote. The error says what is wrong with
// the file; files above 4 MB, damaged ones and ones that contradict themselves
// are refused.
func Read(r io.Reader) (*Catalog, error) {
	text, err := io.ReadAll(io.LimitReader(r, fileLimit+1))
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	c, err := decode(string(text))
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	return c, nil
}

// decode reads a catalogue whose texts may go on using the memory of text.
func decode(text string) (*Catalog, error) {
	switch {
	case len(text) > fileLimit:
		return nil, fmt.Errorf("it has more than %d bytes", fileLimit)
	case !strings.HasPrefix(text, magic):
		return nil, errors.New("it does not begin like a catalogue of services")
	case len(text) < len(magic)+crcLength:
		return nil, errEnd
	}
	body, sum := text[:len(text)-crcLength], text[len(text)-crcLength:]
	if checksum(body) != binary.LittleEndian.Uint32([]byte(sum)) {
		return nil, errors.New("it is damaged: its checksum is another")
	}
	d := decoder{rest: body[len(magic):], c: &Catalog{}}
	d.tables()
	d.allServices()
	if d.err == nil && d.rest != "" {
		d.fail("%d bytes follow its end", len(d.rest))
	}
	if d.err != nil {
		return nil, d.err
	}
	d.c.buildIndex()
	return d.c, nil
}

// checksum works in chunks so that the text is not copied as a whole.
func checksum(text string) uint32 {
	sum := uint32(0)
	var chunk [4096]byte
	for text != "" {
		n := copy(chunk[:], text)
		sum = crc32.Update(sum, crc32.IEEETable, chunk[:n])
		text = text[n:]
	}
	return sum
}

var errEnd = errors.New("it ends too early")

// decoder reads from the front of rest. After the first error it reads zeros
// and empty texts.
type decoder struct {
	rest string
	c    *Catalog
	err  error
	// names collects the names of the actions, which are length bytes together.
	names  strings.Builder
	length int
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
	d.rest = ""
}

// number reads a number below limit.
func (d *decoder) number(limit int, what string) uint32 {
	var n uint64
	for shift := 0; ; shift += 7 {
		if shift > 28 || d.rest == "" {
			d.fail("%s: %w", what, errEnd)
			return 0
		}
		b := d.rest[0]
		d.rest = d.rest[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	if n >= uint64(limit) {
		d.fail("%s: %d is out of range", what, n)
		return 0
	}
	return uint32(n)
}

// count reads the length of a list of at most limit items, which take size
// bytes each or more.
func (d *decoder) count(size, limit int, what string) int {
	return int(d.number(min(len(d.rest)/size, limit)+1, what))
}

// text reads a text that may share its beginning with the one before.
func (d *decoder) text(before string, limit int, what string) string {
	shared, own := d.textParts(before, limit, what)
	if shared == "" {
		return own
	}
	return shared + own
}

// textParts reads a text as what it shares with the one before and the rest.
func (d *decoder) textParts(before string, limit int, what string) (shared, own string) {
	n := int(d.number(len(before)+1, what))
	length := int(d.number(limit+1, what))
	if length > len(d.rest) || n+length > limit {
		d.fail("%s: %w", what, errEnd)
		return "", ""
	}
	own = d.rest[:length]
	d.rest = d.rest[length:]
	return before[:n], own
}

// after checks that a list of names rises and holds plain text.
func (d *decoder) after(before, name, what string, plain bool) {
	switch {
	case name == "":
		d.fail("%s: a name is empty", what)
	case plain && !isPlain(name):
		d.fail("%s: %q is no name", what, name)
	case !plain && !utf8.ValidString(name):
		d.fail("%s: %q is not UTF-8", what, name)
	case before != "" && compareFold(before, name) >= 0:
		d.fail("%s: %q does not come after %q", what, name, before)
	}
}

// isPlain reports whether a name is ASCII without blanks and wildcards.
func isPlain(name string) bool {
	for i := 0; i < len(name); i++ {
		if b := name[i]; b <= ' ' || b >= 0x7f || b == '*' || b == '?' {
			return false
		}
	}
	return true
}

// tables reads what stands before the services.
func (d *decoder) tables() {
	c := d.c
	c.date = d.text("", len(dateForm), "date")
	if _, err := time.Parse(dateForm, c.date); d.err == nil && err != nil {
		d.fail("its date %q is none", c.date)
	}
	if c.source = d.text("", textLimit, "source"); !utf8.ValidString(c.source) {
		d.fail("source: %q is not UTF-8", c.source)
	}
	d.keyTable()
	c.levels = make([][]string, d.count(1, levelsLimit, "access levels"))
	for i := range c.levels {
		c.levels[i] = d.texts(levelsLimit, "access levels")
	}
	c.keyLists = d.lists(len(c.keys), true, "list of keys")
	c.dependents = d.texts(listLimit, "dependent actions")
	before := ""
	for _, n := range c.dependents {
		d.after(before, n, "dependent actions", true)
		before = n
	}
	c.actionLists = d.lists(len(c.dependents), true, "list of dependent actions")
	c.useRows = make([]useRow, d.count(3, fileLimit, "uses"))
	for i := range c.useRows {
		head := d.number(1<<20, "use")
		c.useRows[i] = useRow{head >> 1, head&1 == 1, d.listNumber(&c.keyLists), d.listNumber(&c.actionLists)}
	}
	c.uses = d.lists(len(c.useRows), false, "list of uses")
}

func (d *decoder) keyTable() {
	c := d.c
	c.keys = make([]keyRow, d.count(3, listLimit, "keys"))
	before := ""
	for i := range c.keys {
		name := d.text(before, nameLimit, "key")
		d.after(before, name, "keys", true)
		form := d.number((int(conditions.Binary)+1)<<1, "type of a key")
		c.keys[i] = keyRow{name, conditions.KeyType(form >> 1), form&1 == 1, isOpen(name)}
		before = name
	}
}

func (d *decoder) texts(limit int, what string) []string {
	all := make([]string, d.count(2, limit, what))
	before := ""
	for i := range all {
		all[i] = d.text(before, nameLimit, what)
		if !utf8.ValidString(all[i]) {
			d.fail("%s: %q is not UTF-8", what, all[i])
		}
		before = all[i]
	}
	return all
}

// lists reads lists of numbers below limit. In rising ones each number after
// the first is the difference from the one before it.
func (d *decoder) lists(limit int, rising bool, what string) lists {
	l := lists{ends: make([]uint32, d.count(1, fileLimit, what))}
	for i := range l.ends {
		before := uint32(0)
		for range d.count(1, fileLimit, what) {
			n := d.number(limit-int(before), what)
			if rising {
				n += before
				before = n
			}
			l.items = append(l.items, n)
		}
		l.ends[i] = uint32(len(l.items))
	}
	return l
}

// listNumber reads the number of a list.
func (d *decoder) listNumber(l *lists) uint32 { return d.number(len(l.ends), "number of a list") }

// allServices reads the services with their types and actions.
func (d *decoder) allServices() {
	d.length = int(d.number(namesLimit, "length of the names"))
	numActions := d.count(5, fileLimit, "actions")
	// Names share beginnings, so their length does not follow from the file's.
	if d.length > numActions*(2*nameLimit+len(":")) {
		d.fail("length of the names: %d is out of range", d.length)
		return
	}
	d.names.Grow(d.length)
	d.c.actions = make([]actionRow, 0, numActions)
	d.c.services = make([]serviceRow, d.count(6, listLimit, "services"))
	var before serviceRow
	for i := range d.c.services {
		d.service(&before, &d.c.services[i], uint32(i))
		before = d.c.services[i]
		if d.err != nil {
			return
		}
	}
	if d.names.Len() != d.length || len(d.c.actions) != numActions {
		d.fail("it has %d actions of %d bytes and declares %d of %d", len(d.c.actions), d.names.Len(), numActions, d.length)
	}
	d.c.names = d.names.String()
	d.c.folded = foldText(d.c.names)
}

func (d *decoder) service(before, s *serviceRow, id uint32) {
	s.prefix = d.text(before.prefix, nameLimit, "service")
	d.after(before.prefix, s.prefix, "services", true)
	if strings.Contains(s.prefix, ":") {
		d.fail("services: %q holds a colon", s.prefix)
	}
	if s.name = d.text(before.name, textLimit, "name of a service"); !utf8.ValidString(s.name) {
		d.fail("name of a service: %q is not UTF-8", s.name)
	}
	s.rcp = d.number(2, "service") == 1
	s.keys = d.listNumber(&d.c.keyLists)
	s.types = uint32(len(d.c.types))
	var last typeRow
	for range d.count(6, listLimit-len(d.c.types), "resource types") {
		last = d.resourceType(last, id)
		d.c.types = append(d.c.types, last)
	}
	s.endTypes = uint32(len(d.c.types))
	s.actions = uint32(len(d.c.actions))
	lastName := ""
	for range d.count(5, fileLimit, "actions") {
		lastName = d.action(lastName, s, id)
	}
	s.endOfActions = uint32(len(d.c.actions))
}

func (d *decoder) resourceType(before typeRow, service uint32) typeRow {
	t := typeRow{service: service}
	t.name = d.text(before.name, nameLimit, "resource type")
	d.after(before.name, t.name, "resource types", false)
	t.format = d.text(before.format, textLimit, "format of a resource type")
	alternatives := 0
	for one := range strings.SplitSeq(t.format, betweenFormats) {
		alternatives++
		if one == "" || len(one) > formatLimit || !utf8.ValidString(one) {
			d.fail("format of a resource type: %q is none", one)
		}
	}
	if alternatives > alternativeLimit {
		d.fail("a format of a resource type has more than %d alternatives", alternativeLimit)
	}
	t.slashless = uint8(d.number(1<<alternativeLimit, "format of a resource type"))
	t.keys = d.listNumber(&d.c.keyLists)
	return t
}

// action reads an action and returns its name without the prefix.
func (d *decoder) action(before string, s *serviceRow, service uint32) string {
	c := d.c
	start := d.names.Len()
	name := d.actionName(before, s.prefix)
	d.after(before, name, "actions", true)
	if strings.Contains(name, ":") {
		d.fail("actions: %q holds a colon", name)
	}
	row := actionRow{
		start: uint32(start), service: uint16(service),
		levels: uint8(d.number(len(c.levels), "access levels of an action")),
		uses:   d.listNumber(&c.uses), keys: d.listNumber(&c.keyLists), depends: d.listNumber(&c.actionLists),
	}
	if d.err != nil {
		return ""
	}
	for _, u := range c.uses.at(row.uses) {
		if c.useRows[u].local >= s.endTypes-s.types {
			d.fail("action %q takes a resource type that its service has not", name)
		}
	}
	c.actions = append(c.actions, row)
	return name
}

// actionName reads the name of an action into the names of all.
func (d *decoder) actionName(before, prefix string) string {
	shared, own := d.textParts(before, nameLimit, "action")
	if d.names.Len()+len(prefix)+len(":")+len(shared)+len(own) > d.length {
		d.fail("the names of its actions are longer than declared")
		return ""
	}
	d.names.WriteString(prefix)
	d.names.WriteByte(':')
	start := d.names.Len()
	d.names.WriteString(shared)
	d.names.WriteString(own)
	return d.names.String()[start:]
}

// buildIndex fills the hash table, at most half of which is taken.
func (c *Catalog) buildIndex() {
	size := uint32(1) << bits.Len(uint(2*len(c.actions)))
	c.index = make([]uint32, size)
	for id := range c.actions {
		i := foldHash(c.actionName(uint32(id))) & (size - 1)
		for c.index[i] != 0 {
			i = (i + 1) & (size - 1)
		}
		c.index[i] = uint32(id) + 1
	}
}
