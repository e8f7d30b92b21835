package catalog

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Equal data makes equal bytes, whatever its order.
func TestEncodeIgnoresOrder(t *testing.T) {
	want := encoded(t, sampleData())
	d := sampleData()
	slices.Reverse(d.Services)
	for i := range d.Services {
		s := &d.Services[i]
		slices.Reverse(s.Types)
		slices.Reverse(s.Keys)
		slices.Reverse(s.Actions)
		for j := range s.Actions {
			slices.Reverse(s.Actions[j].Resources)
			slices.Reverse(s.Actions[j].Keys)
		}
	}
	require.Equal(t, want, encoded(t, d))
}

func TestEncodeFaults(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Data)
		want   string
	}{
		"date":                 {func(d *Data) { d.Date = "2024-02-30" }, `its date "2024-02-30" is none`},
		"no date":              {func(d *Data) { d.Date = "" }, `its date "" is none`},
		"service twice":        {func(d *Data) { d.Services[1].Prefix = "SHOP" }, `"shop" does not come after "SHOP"`},
		"action twice":         {func(d *Data) { d.Services[0].Actions[0].Name = "getshelf" }, `does not come after`},
		"type twice":           {func(d *Data) { d.Services[0].Types = append(d.Services[0].Types, TypeData{Name: "Shelf", ARN: "a"}) }, `does not come after`},
		"unknown type":         {func(d *Data) { d.Services[0].Actions[2].Resources[0].Type = "cellar" }, `service "shop": action "GetShelf": the service has no resource type "cellar"`},
		"key of no service":    {func(d *Data) { d.Services[0].Actions[2].Keys = []string{"shop:Odd"} }, `service "shop": action "GetShelf": "shop:Odd" is not among the keys of the service`},
		"key of another":       {func(d *Data) { d.Services[2].Actions[0].Keys = []string{"shop:Price"} }, `"shop:Price" is not among the keys`},
		"key of a type":        {func(d *Data) { d.Services[0].Types[0].Keys = []string{"shop:Odd"} }, `resource type "store": "shop:Odd" is not among`},
		"key of a use":         {func(d *Data) { d.Services[0].Actions[2].Resources[0].Keys = []string{"shop:Odd"} }, `resource type "shelf": "shop:Odd" is not among`},
		"wildcard in a name":   {func(d *Data) { d.Services[0].Actions[0].Name = "Open*" }, `"Open*" is no name`},
		"colon in a name":      {func(d *Data) { d.Services[0].Actions[0].Name = "Open:Store" }, `"Open:Store" holds a colon`},
		"colon in a prefix":    {func(d *Data) { d.Services[0].Prefix = "sh:op" }, `"sh:op" holds a colon`},
		"empty name":           {func(d *Data) { d.Services[0].Actions[0].Name = "" }, `a name is empty`},
		"no format":            {func(d *Data) { d.Services[0].Types[0].ARN = "" }, `"" is none`},
		"long format":          {func(d *Data) { d.Services[0].Types[0].ARN = strings.Repeat("a", formatLimit+1) }, `is none`},
		"many alternatives":    {func(d *Data) { d.Services[0].Types[0].ARN = strings.Repeat("a, ", alternativeLimit) + "a" }, `more than 8 alternatives`},
		"long name":            {func(d *Data) { d.Services[0].Actions[0].Name = strings.Repeat("a", nameLimit+1) }, `action: 201 is out of range`},
		"name without letters": {func(d *Data) { d.Services[0].Actions[0].Name = "Öffnen" }, `is no name`},
	} {
		t.Run(name, func(t *testing.T) {
			d := sampleData()
			test.change(d)
			var b bytes.Buffer
			require.ErrorContains(t, Encode(&b, d), test.want)
			require.Zero(t, b.Len())
		})
	}
	require.ErrorIs(t, Encode(failing{}, sampleData()), io.ErrShortWrite)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
func (failing) Read([]byte) (int, error)  { return 0, io.ErrNoProgress }

func TestReadFaults(t *testing.T) {
	good := encoded(t, sampleData())
	changed := func(at int, b byte) []byte {
		text := slices.Clone(good)
		text[at] = b
		return text
	}
	for name, test := range map[string]struct {
		text []byte
		want string
	}{
		"empty":         {nil, "does not begin like a catalogue"},
		"other file":    {[]byte("PK\x03\x04"), "does not begin like a catalogue"},
		"only magic":    {[]byte(magic), "ends too early"},
		"other version": {changed(len(magic)-2, '2'), "does not begin like a catalogue"},
		"one bit":       {changed(len(good)/2, good[len(good)/2]^1), "checksum"},
		"cut":           {good[:len(good)-1], "checksum"},
		"longer":        {append(slices.Clone(good), 0), "checksum"},
		"cut, summed":   {summed(good[:len(good)-crcLength-1]), "ends too early"},
		"more, summed":  {summed(append(slices.Clone(good[:len(good)-crcLength]), 0)), "1 bytes follow its end"},
		"too long":      {append([]byte(magic), make([]byte, fileLimit)...), "more than 4194304 bytes"},
	} {
		_, err := Read(bytes.NewReader(test.text))
		require.ErrorContains(t, err, "catalogue: ", name)
		require.ErrorContains(t, err, test.want, name)
	}
	_, err := Read(failing{})
	require.ErrorIs(t, err, io.ErrNoProgress)
}

// summed appends the checksum that Read demands.
func summed(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(slices.Clone(body), crc32.ChecksumIEEE(body))
}

// Whatever ends too early is refused, wherever it ends.
func TestReadEveryPrefix(t *testing.T) {
	body := encoded(t, sampleData())
	body = body[:len(body)-crcLength]
	for n := len(magic); n < len(body); n++ {
		_, err := Read(bytes.NewReader(summed(body[:n])))
		require.Error(t, err, n)
	}
	_, err := Read(bytes.NewReader(summed(body)))
	require.NoError(t, err)
}

// FuzzRead reads bodies with a checksum that is right. What is accepted must
// answer every question and, written again, say the same.
func FuzzRead(f *testing.F) {
	good := encoded(f, sampleData())
	f.Add(good[len(magic) : len(good)-crcLength])
	var tiny bytes.Buffer
	require.NoError(f, Encode(&tiny, &Data{Date: "2024-01-01"}))
	f.Add(tiny.Bytes()[len(magic) : tiny.Len()-crcLength])
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := Read(bytes.NewReader(summed(append([]byte(magic), body...))))
		if err != nil {
			return
		}
		interrogate(t, c)
	})
}

// interrogate asks everything that can be asked of a catalogue.
func interrogate(t *testing.T, c *Catalog) {
	count := 0
	for s := range c.Services() {
		found, ok := c.Service(s.Prefix())
		require.True(t, ok)
		require.Equal(t, s, found)
		for r := range s.ResourceTypes() {
			require.Equal(t, s, r.Service())
			r.Keys()
			r.Fits("arn:aws:shop:::s")
		}
		for k := range s.Keys() {
			_, ok := c.Key(k.Name())
			require.True(t, ok)
		}
		count += s.NumActions()
	}
	require.Equal(t, c.NumActions(), count)
	for a := range c.Actions() {
		found, ok := c.Action(a.Name())
		require.True(t, ok)
		require.Equal(t, a, found)
		require.Contains(t, c.Expand(a.Service().Prefix()+":*"), a)
		a.AccessLevels()
		a.Resources()
		a.Keys()
		a.DependentActions()
		a.FittingTypes("arn:aws:shop:::s")
		a.CanMeet("arn:aws:shop:*:*:s*")
		a.AdmitsKey("shop:Label/x")
	}
	require.Len(t, c.Expand("*"), c.NumActions())
	c.SuggestAction("shop:GetShelfs")
	c.SuggestKey("shop:Prices")
}
