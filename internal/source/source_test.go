package source

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// show writes a tree with the place of every name and value.
func show(n *Node) string {
	var b strings.Builder
	write(&b, n)
	return b.String()
}

func write(b *strings.Builder, n *Node) {
	fmt.Fprintf(b, "%d:%d ", n.Line, n.Column)
	switch n.Kind {
	case List:
		b.WriteString("[")
		for i, item := range n.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			write(b, item)
		}
		b.WriteString("]")
	case Object:
		b.WriteString("{")
		for i, f := range n.Fields {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, "%d:%d %s = ", f.Line, f.Column, f.Name)
			write(b, f.Value)
		}
		b.WriteString("}")
	case Null:
		b.WriteString("null")
	default:
		fmt.Fprintf(b, "%v %q", n.Kind, n.Text)
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"JSON of every kind", `{"a":[1,"é",{"b":null}], "c":true}`,
			`1:1 {1:2 a = 1:6 [1:7 number "1", 1:9 string "é", 1:14 {1:15 b = 1:19 null}], 1:27 c = 1:31 boolean "true"}`},
		{"JSON over lines", "\n{\n  \"a\": 1,\r\n\t\"b\": [\n]}\n",
			`2:1 {3:3 a = 3:8 number "1", 4:2 b = 4:7 []}`},
		{"JSON escapes", `{"\u0061\n":"\"\u00e9\ud83d\ude00\u0000"}`,
			`1:1 {1:2 a` + "\n" + ` = 1:13 string "\"é😀\x00"}`},
		{"JSON numbers keep their spelling", `[10, 1.50, 1e3, -0, 123456789012345678901234567890]`,
			`1:1 [1:2 number "10", 1:6 number "1.50", 1:12 number "1e3", 1:17 number "-0", 1:21 number "123456789012345678901234567890"]`},
		{"columns count bytes", `{"é":"x"}`, `1:1 {1:2 é = 1:7 string "x"}`},
		{"byte order mark before JSON", "\ufeff{\"a\":1}", `1:1 {1:2 a = 1:6 number "1"}`},
		{"byte order mark before YAML", "\ufeffa: 1", `1:1 {1:1 a = 1:4 number "1"}`},
		{"flow YAML that begins as JSON", "{a: b, 'c': [d], }",
			`1:1 {1:2 a = 1:5 string "b", 1:8 c = 1:13 [1:14 string "d"]}`},
		{"JSON with a comment is YAML", "{\"a\": 1 # one\n}", `1:1 {1:2 a = 1:7 number "1"}`},
		{"plain scalars keep their source text", "a: 012345670123\nb: 2012-10-17\nc: True\nd: 10\ne: 1_000\nf: 0x1F\ng: yes\nh: 1e3\ni: .5\nj: 12:30:45",
			`1:1 {1:1 a = 1:4 number "012345670123", 2:1 b = 2:4 string "2012-10-17", 3:1 c = 3:4 boolean "True", ` +
				`4:1 d = 4:4 number "10", 5:1 e = 5:4 string "1_000", 6:1 f = 6:4 number "0x1F", 7:1 g = 7:4 string "yes", ` +
				`8:1 h = 8:4 number "1e3", 9:1 i = 9:4 number ".5", 10:1 j = 10:4 string "12:30:45"}`},
		{"nulls", "[null, ~, Null, 'null', \"\"]", `1:1 [1:2 null, 1:8 null, 1:11 null, 1:17 string "null", 1:25 string ""]`},
		{"an empty value", "a:\nb: 1", `1:1 {1:1 a = 1:3 null, 2:1 b = 2:4 number "1"}`},
		{"quoted scalars are strings", `["1", 'true', "2012-10-17"]` + "\n# YAML",
			`1:1 [1:2 string "1", 1:7 string "true", 1:15 string "2012-10-17"]`},
		{"block scalars", "a: |\n  one\n  two\nb: >-\n  one\n  two\n",
			`1:1 {1:1 a = 1:4 string "one\ntwo\n", 4:1 b = 4:4 string "one two"}`},
		{"columns of YAML count bytes", "é: [é, b]", `1:1 {1:1 é = 1:5 [1:6 string "é", 1:10 string "b"]}`},
		{"a carriage return is no line", "a: 1\rb: 2\nc: 3", `1:1 {1:1 a = 1:4 number "1", 1:6 b = 1:9 number "2", 2:1 c = 2:4 number "3"}`},
		{"YAML lines", "a:\r\n  - b: c\r\n    d: e\r\n", `1:1 {1:1 a = 2:3 [2:5 {2:5 b = 2:8 string "c", 3:5 d = 3:8 string "e"}]}`},
		{"core tags", "a: !!str 012\nb: !!int 12\nc: !!map {}\nd: !!seq []",
			`1:1 {1:1 a = 1:4 string "012", 2:1 b = 2:4 number "12", 3:1 c = 3:4 {}, 4:1 d = 4:4 []}`},
		{"an alias is what its anchor is", "a: &x [1]\nb: *x", `1:1 {1:1 a = 1:4 [1:8 number "1"], 2:1 b = 1:4 [1:8 number "1"]}`},
		{"a merge key adds what is not there", "a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3",
			`1:1 {1:1 a = 1:4 {1:8 p = 1:11 number "1", 1:14 q = 1:17 number "2"}, 2:1 b = 3:3 {4:3 q = 4:6 number "3", 1:8 p = 1:11 number "1"}}`},
		{"of merged mappings the first wins", "<<: [{p: 1}, {p: 2, q: 3}]",
			`1:1 {1:7 p = 1:10 number "1", 1:21 q = 1:24 number "3"}`},
		{"a quoted << is a name", "'<<': {p: 1}", `1:1 {1:1 << = 1:7 {1:8 p = 1:11 number "1"}}`},
		{"keys keep their source text", "012: a\ntrue: b\n~: c", `1:1 {1:1 012 = 1:6 string "a", 2:1 true = 2:7 string "b", 3:1 ~ = 3:4 string "c"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := Parse("f", []byte(c.in))
			require.NoError(t, err)
			require.Equal(t, c.want, show(n))
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", "f:1:1: the input is empty"},
		{"blanks", " \n\t\n", "f:1:1: the input is empty"},
		{"comments only", "# a\n# b\n", "f:1:1: the input holds comments only"},
		{"truncated object", "{\n \"a\": [1,\n 2", "f:3:3: not valid JSON: the text ends too early; the list opened on line 2 is not closed"},
		{"truncated string", `{"a": "b`, "f:1:9: not valid JSON: the text ends too early; the object opened on line 1 is not closed"},
		{"two JSON values", "{\"a\":1}\n{\"b\":2}", "f:2:1: more than one JSON value, where one document is expected"},
		{"two YAML documents", "a: 1\n---\nb: 2", "f:3:1: a second YAML document, where one is expected"},
		{"duplicate name in JSON", "{\"a\":1,\n \"b\":2,\n \"a\":3}", `f:3:2: duplicate name "a": it stands on line 1 already`},
		{"duplicate name by an escape", `{"a":1,"\u0061":2}`, `f:1:8: duplicate name "a": it stands on line 1 already`},
		{"duplicate name in YAML", "a: 1\nb: 2\n'a': 3", `f:3:1: duplicate name "a": it stands on line 1 already`},
		{"all duplicates", `{"a":1,"a":2,"b":{"c":1,"c":1}}`,
			"f:1:25: duplicate name \"c\": it stands on line 1 already\nf:1:8: duplicate name \"a\": it stands on line 1 already"},
		{"not UTF-8", "{\"a\":\n\"\xff\"}", "f:2:2: the text is not UTF-8: byte 0xff"},
		{"YAML not UTF-8", "a: \xe9", "f:1:4: the text is not UTF-8: byte 0xe9"},
		{"UTF-16", "\xff\xfea\x00", "f:1:1: the text is not UTF-8: byte 0xff"},
		{"NUL between JSON tokens", "{\"a\":\x001}", "f:1:6: not valid JSON: invalid character '\\x00' at start of value"},
		{"NUL in a JSON string", "{\"a\":\"\x00\"}", "f:1:7: not valid JSON: invalid character '\\x00' in string (expecting non-control character)"},
		{"NUL in YAML", "a: 1\nb: \x00", "f:2:4: not valid YAML: control characters are not allowed (value: 0)"},
		{"lone surrogate", `{"a":"\ud800x"}`, "f:1:7: not valid JSON: invalid surrogate pair `\\ud800x\"}` in string"},
		{"bad YAML", "a: b: c", "f:1:5: not valid YAML: mapping values are not allowed in this context"},
		{"unclosed YAML list", "a: [1\nb: 2", "f:2:2: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence"},
		{"list as key", "? [a]\n: b", "f:1:3: the key of a mapping must be plain text, not a list or a mapping"},
		{"no key", ": b", "f:1:1: a key of a mapping is missing"},
		{"custom tag", "a: !Sub '${x}'", "f:1:4: the tag !Sub is not known; leave it out"},
		{"custom tag of a list", "a: !x [1]", "f:1:4: the tag !x is not known; leave it out"},
		{"custom tag of a mapping", "a: !x {b: 1}", "f:1:4: the tag !x is not known; leave it out"},
		{"timestamp tag", "a: !!timestamp 2012-10-17", "f:1:4: the tag !!timestamp is not known; leave it out"},
		{"wrong core tag", "a: !!bool 12", `f:1:4: "12" is not a boolean, as its tag !!bool says`},
		{"unknown alias", "a: *b", "f:1:4: not valid YAML: unknown anchor 'b' referenced"},
		{"an alias inside itself", "a: &x [1, *x]", "f:1:11: the alias *x contains itself"},
		{"merge of a scalar", "<<: 1", "f:1:5: a merge key << takes a mapping or a list of mappings, not a number"},
		{"two merge keys", "<<: {a: 1}\n<<: {b: 1}", "f:2:1: a second merge key << in one mapping; give one list of aliases"},
		{"JSON 10,000 deep", strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "f:1:1001: nested deeper than 1000 levels"},
		{"YAML lists 10,000 deep", "# YAML\n" + strings.Repeat("[", 10_000), "f:2:1001: nested deeper than 1000 levels"},
		{"YAML blocks 10,000 deep", strings.Repeat("- ", 10_000) + "a", "f:1:2001: nested deeper than 1000 levels"},
		{"bad gzip", "\x1f\x8bx", "f: the gzip data cannot be unpacked: unexpected EOF"},
		{"a mistake in JSON that YAML has no use for either", `{"a": "b" "c": 1}`, "f:1:11: not valid JSON: invalid character '\"' after object value (expecting ',' or '}')"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := Parse("f", []byte(c.in))
			require.Nil(t, n)
			require.ErrorContains(t, err, c.want)
			var at *Error
			require.True(t, errors.As(err, &at))
			require.Equal(t, "f", at.Position.File)
		})
	}
}

func TestDepthLimit(t *testing.T) {
	nested := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	for _, prefix := range []string{"", "# YAML\n"} {
		_, err := Parse("f", []byte(prefix+nested(MaxDepth)))
		require.NoError(t, err)
		_, err = Parse("f", []byte(prefix+nested(MaxDepth+1)))
		require.ErrorContains(t, err, "nested deeper than 1000 levels")
	}
	// Every line adds ten levels to those of the alias before it.
	var b strings.Builder
	b.WriteString("a0: &a0 x\n")
	for i := 1; i <= 101; i++ {
		fmt.Fprintf(&b, "a%d: &a%d %s*a%d%s\n", i, i, strings.Repeat("[", 10), i-1, strings.Repeat("]", 10))
	}
	_, err := Parse("f", []byte(b.String()))
	require.ErrorContains(t, err, "f:101:23: nested deeper than 1000 levels by the alias *a99")
}

func TestAliasLimit(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	_, err := Parse("f", []byte(b.String()))
	require.ErrorContains(t, err, "f:7:")
	require.ErrorContains(t, err, "stand for more than 10000000 values")
	require.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 1)

	// Merge keys count as well.
	b.Reset()
	b.WriteString("a0: &a0 {k: [x, x, x, x, x, x, x, x, x, x]}\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, "a%d: &a%d {", i, i)
		for j := range 10 {
			fmt.Fprintf(&b, "k%d: {<<: *a%d}, ", j, i-1)
		}
		b.WriteString("}\n")
	}
	_, err = Parse("f", []byte(b.String()))
	require.ErrorContains(t, err, "stand for more than 10000000 values")

	// Many small aliases are no attack.
	docs := "a: &a {k: v}\nb: [" + strings.Repeat("*a, ", 10_000) + "]\n"
	n, err := Parse("f", []byte(docs))
	require.NoError(t, err)
	require.Len(t, n.Get("b").Items, 10_000)
}

func TestParseAll(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"newline-delimited JSON", "{\"a\":1}\n{\"a\":2}\n\n", []string{`1:1 {1:2 a = 1:6 number "1"}`, `2:1 {2:2 a = 2:6 number "2"}`}},
		{"JSON values side by side", `{}[]`, []string{`1:1 {}`, `1:3 []`}},
		{"YAML documents", "a: 1\n---\n- b\n...\n", []string{`1:1 {1:1 a = 1:4 number "1"}`, `3:1 [3:3 string "b"]`}},
		{"flow YAML documents", "{a: 1}\n---\n{b: 2}\n", []string{`1:1 {1:2 a = 1:5 number "1"}`, `3:1 {3:2 b = 3:5 number "2"}`}},
		{"an empty document among others", "---\n---\na: 1\n", []string{`2:1 null`, `3:1 {3:1 a = 3:4 number "1"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			docs, err := ParseAll("f", []byte(c.in))
			require.NoError(t, err)
			var got []string
			for _, doc := range docs {
				got = append(got, show(doc))
			}
			require.Equal(t, c.want, got)
		})
	}
	for _, in := range []string{"", "# nothing", "{\"a\":1}\n{\"a\":", "a: 1\n---\nb: ["} {
		docs, err := ParseAll("f", []byte(in))
		require.Error(t, err, in)
		require.Nil(t, docs)
	}
}

func TestParseJSON(t *testing.T) {
	n, err := ParseJSON("f", []byte(` {"a": 1}`))
	require.NoError(t, err)
	require.Equal(t, `1:2 {1:3 a = 1:8 number "1"}`, show(n))
	for _, in := range []string{`{a: 1}`, `{"a": 1,}`, "a: 1", "", `{} {}`, "{\"a\":\"\xff\"}", `{"a":1,"a":1}`} {
		_, err := ParseJSON("f", []byte(in))
		require.Error(t, err, in)
	}
}

func TestGzip(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte("{\"a\":1}\n{\"a\":2}\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	docs, err := ParseAll("f.gz", packed.Bytes())
	require.NoError(t, err)
	require.Len(t, docs, 2)
	require.Equal(t, Position{"f.gz", 2, 6}, docs[1].Get("a").Position())

	_, err = ParseAll("f.gz", packed.Bytes()[:packed.Len()-4])
	require.ErrorContains(t, err, "cannot be unpacked")
}

func TestYAMLSizeLimit(t *testing.T) {
	text := bytes.Repeat([]byte("# comment\n"), MaxYAMLSize/10+1)
	_, err := Parse("f", text)
	require.ErrorContains(t, err, "give large inputs as JSON")
	// JSON of this size is read, and a mistake in it is told as one of JSON.
	long := []byte(`{"a": "` + strings.Repeat("x", MaxYAMLSize) + `"}`)
	n, err := Parse("f", long)
	require.NoError(t, err)
	require.Len(t, n.Get("a").Text, MaxYAMLSize)
	_, err = Parse("f", long[:len(long)-1])
	require.ErrorContains(t, err, "not valid JSON")
}

// Memory stays within a small multiple of the text, and the texts of the tree
// do not keep the input alive.
func TestJSONMemory(t *testing.T) {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := 0; b.Len() < 20<<20; i++ {
		fmt.Fprintf(&b, `{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::bucket-%d/*"},`, i)
	}
	b.WriteString("0]")
	text := b.Bytes()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n, err := Parse("f", text)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.NotEmpty(t, n.Items)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(12*len(text)))

	action := n.Items[0].Get("Action").Items[0].Text
	text[bytes.Index(text, []byte("GetObject"))] = 'X'
	require.Equal(t, "s3:GetObject", action)
}

func TestNode(t *testing.T) {
	n, err := Parse("dir/f.json", []byte("{\"a\": {\"b\": 1}, \"c\": [true]}"))
	require.NoError(t, err)
	require.Equal(t, "dir/f.json:1:13", n.Get("a").Get("b").Position().String())
	require.Equal(t, "dir/f.json:1:2", n.FieldPosition(&n.Fields[0]).String())
	require.Nil(t, n.Get("A"))
	require.Nil(t, n.Get("c").Get("a"))
	require.Nil(t, (*Node)(nil).Get("a"))
	require.True(t, n.Get("c").Items[0].Scalar())
	require.False(t, n.Scalar())
	require.Equal(t, "f", Position{File: "f"}.String())
	require.Equal(t, "null string number boolean list object",
		fmt.Sprint(Null, " ", String, " ", Number, " ", Bool, " ", List, " ", Object))
}
