package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var seeds = []string{
	`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":"*"}]}`,
	`{"a":{"b":[1,2.50,-3e-7,true,false,null,"\u00e9\n"]},"a b":"x"}`,
	"[[[[]]]]", `{"a":1,"a":2}`, `"text"`, "12", "{", `{"a":"\ud800"}`, "\ufeff{}", "[1,]", "{}{}", "{\"a\":\x00}",
	"Version: 2012-10-17\nStatement:\n- Effect: Allow\n  Action: s3:*\n  Resource: '*'\n",
	"a: &x [1, *x]", "a: &x {b: c}\nd: {<<: *x}\n", "- - - a", "a: |\n  b\n  c\n", "? a\n: b\n", "!!str 1", "--- a\n--- b\n",
	"é: [é, \u2028x]\r\n", "a: \"\\u00e9\\\n  b\"", "{a: b, c: [d, e]}", "\x1f\x8b", "%YAML 1.2\n---\na",
}

// value turns a tree into what encoding/json decodes to.
func value(n *Node) any {
	switch n.Kind {
	case Null:
		return nil
	case Bool:
		return n.Text == "true"
	case Number:
		return json.Number(n.Text)
	case String:
		return n.Text
	case List:
		items := make([]any, len(n.Items))
		for i, item := range n.Items {
			items[i] = value(item)
		}
		return items
	}
	members := map[string]any{}
	for _, f := range n.Fields {
		members[f.Name] = value(f.Value)
	}
	return members
}

// inside checks that every place of the tree lies in the text.
func inside(t *testing.T, n *Node, text []byte) {
	lines := bytes.Split(text, []byte("\n"))
	check := func(line, column int32) {
		require.True(t, line >= 1 && int(line) <= len(lines), "line %d", line)
		require.True(t, column >= 1 && int(column) <= len(lines[line-1])+1, "column %d", column)
	}
	check(n.Line, n.Column)
	for _, item := range n.Items {
		inside(t, item, text)
	}
	for _, f := range n.Fields {
		check(f.Line, f.Column)
		inside(t, f.Value, text)
	}
}

// refused reports whether we refuse JSON that encoding/json takes: names that
// stand twice, lone surrogates, deep nesting.
func refused(t *testing.T, err error, text []byte) bool {
	return strings.Contains(err.Error(), "duplicate name") ||
		strings.Contains(err.Error(), "surrogate") && bytes.Contains(text, []byte(`\u`)) ||
		strings.Contains(err.Error(), "nested deeper") && bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > MaxDepth
}

// FuzzSource holds the JSON reader against encoding/json, and demands of any
// input that it gives a tree or an error with a place.
func FuzzSource(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kept := bytes.Clone(data)
		if docs, err := ParseAll("f", data); err != nil {
			var at *Error
			require.True(t, errors.As(err, &at))
		} else {
			require.NotEmpty(t, docs)
		}
		require.Equal(t, kept, data, "the input was changed")

		n, err := ParseJSON("f", data)
		if err != nil {
			if utf8.Valid(data) && json.Valid(data) {
				require.True(t, refused(t, err, data), "%v", err)
			}
			return
		}
		require.True(t, json.Valid(data))
		inside(t, n, data)
		var want any
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		require.NoError(t, d.Decode(&want))
		require.Equal(t, want, value(n))
	})
}

// render writes a tree as YAML in flow style with every text quoted, scalars
// other than strings as they were written.
func render(b *bytes.Buffer, n *Node) {
	switch n.Kind {
	case Null:
		b.WriteString("null")
	case Bool, Number:
		b.WriteString(n.Text)
	case String:
		quoted(b, n.Text)
	case List:
		b.WriteString("[")
		for _, item := range n.Items {
			render(b, item)
			b.WriteString(", ")
		}
		b.WriteString("]")
	case Object:
		b.WriteString("{")
		for _, f := range n.Fields {
			quoted(b, f.Name)
			b.WriteString(" : ")
			render(b, f.Value)
			b.WriteString(", ")
		}
		b.WriteString("}")
	}
}

func quoted(b *bytes.Buffer, text string) {
	b.WriteByte('"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c < ' ' || c > '~':
			const hex = "0123456789abcdef"
			b.WriteString(`\U`)
			for shift := 28; shift >= 0; shift -= 4 {
				b.WriteByte(hex[c>>shift&15])
			}
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
}

// FuzzYAML demands that the YAML reader never panics, places everything inside
// the text, and reads a tree again from its rendering.
func FuzzYAML(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := "f"
		if !utf8.Valid(data) {
			return
		}
		docs, err := parseYAML(&file, data, false)
		if err != nil {
			var at *Error
			require.True(t, errors.As(err, &at))
			return
		}
		var expanded int
		for _, doc := range docs {
			inside(t, doc, data)
			var b bytes.Buffer
			render(&b, doc)
			if expanded += b.Len(); expanded > 1<<16 {
				return
			}
			again, err := parseYAML(&file, b.Bytes(), true)
			require.NoError(t, err, "%s", b.Bytes())
			require.Equal(t, value(doc), value(again[0]), "%s", b.Bytes())
		}
	})
}
