package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// yamlReader turns the library's nodes of one document into ours.
type yamlReader struct {
	*builder
	places places
	depth  int
	errs   []error
	// anchored holds what anchors stand for. Aliases share its nodes, so that
	// they cost no memory here; whoever walks the tree meets them each time.
	anchored map[*yaml.Node]*subtree
	// added counts the nodes that aliases and merge keys stand for.
	added int
}

// subtree is a converted node with its extent, aliases expanded.
type subtree struct {
	node   *Node
	nodes  int
	height int
	open   bool // still being converted: an alias to it would contain itself
}

// parseYAML reads a stream of YAML documents; single demands exactly one.
func parseYAML(file *string, text []byte, single bool) ([]*Node, error) {
	if len(text) > MaxYAMLSize {
		return nil, &Error{Position{File: *file}, fmt.Sprintf(
			"%d bytes of YAML are too much (at most %d): give large inputs as JSON", len(text), MaxYAMLSize)}
	}
	b, starts := newBuilder(file, len(text)), lineStarts(text)
	loader, err := yaml.NewLoader(bytes.NewReader(text),
		yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(MaxDepth))))
	if err != nil {
		return nil, &Error{Position{File: *file}, err.Error()}
	}
	var docs []*Node
	for {
		r := &yamlReader{builder: b, places: places{text: text, starts: starts}, anchored: map[*yaml.Node]*subtree{}}
		var doc yaml.Node
		if err := load(loader, &doc); err == io.EOF {
			break
		} else if err != nil {
			return nil, r.fault(err)
		}
		root := r.document(&doc)
		if len(r.errs) > 0 {
			return nil, errors.Join(r.errs...)
		}
		docs = append(docs, root)
		if single && len(docs) > 1 {
			return nil, &Error{root.Position(), "a second YAML document, where one is expected"}
		}
	}
	if len(docs) == 0 {
		return nil, &Error{Position{File: *file, Line: 1, Column: 1}, "the input holds comments only"}
	}
	return docs, nil
}

// load reads the next document. A panic of the library is an error of its
// input: whatever the text, the program must say so and go on.
func load(loader *yaml.Loader, doc *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the YAML reader failed: %v", p)
		}
	}()
	return loader.Load(doc)
}

func (r *yamlReader) fault(err error) error {
	position, message := Position{File: *r.file}, err.Error()
	var load *yaml.LoadError
	if errors.As(err, &load) {
		line, column := r.places.at(load.Mark.Line, load.Mark.Column)
		if load.Mark.Line < 1 {
			line, column = r.control()
		}
		position.Line, position.Column = int(line), int(column)
		message = load.Message
		if strings.Contains(message, "max depth") {
			return &Error{position, fmt.Sprintf("nested deeper than %d levels", MaxDepth)}
		}
		if load.ContextMsg != "" {
			message += " " + load.ContextMsg
		}
	}
	return &Error{position, "not valid YAML: " + message}
}

// control returns the place of the first control character, which the library
// refuses without saying where it stands; 0, 0 if there is none.
func (r *yamlReader) control() (line, column int32) {
	isControl := func(c rune) bool { return unicode.IsControl(c) && !strings.ContainsRune("\t\n\r\u0085", c) }
	at := bytes.IndexFunc(r.places.text, isControl)
	if at < 0 {
		return 0, 0
	}
	tracker := lines{text: r.places.text}
	return tracker.at(at)
}

func (r *yamlReader) document(doc *yaml.Node) *Node {
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return r.node(Null, 1, 1)
	}
	return r.convert(doc.Content[0]).node
}

// report notes an error and returns a node to stand for what could not be read.
func (r *yamlReader) report(y *yaml.Node, format string, args ...any) subtree {
	n := r.place(Null, y)
	r.errs = append(r.errs, &Error{n.Position(), fmt.Sprintf(format, args...)})
	return subtree{node: n, nodes: 1}
}

func (r *yamlReader) place(kind Kind, y *yaml.Node) *Node {
	line, column := r.places.at(y.Line, y.Column)
	return r.node(kind, line, column)
}

func (r *yamlReader) convert(y *yaml.Node) subtree {
	if y.Kind == yaml.AliasNode {
		return r.alias(y)
	}
	if y.Anchor == "" {
		return r.content(y)
	}
	r.anchored[y] = &subtree{open: true}
	t := r.content(y)
	r.anchored[y] = &t
	return t
}

func (r *yamlReader) content(y *yaml.Node) subtree {
	if y.Kind != yaml.ScalarNode && r.depth == MaxDepth {
		return r.report(y, "nested deeper than %d levels", MaxDepth)
	}
	switch y.Kind {
	case yaml.ScalarNode:
		return r.scalar(y)
	case yaml.SequenceNode:
		return r.sequence(y)
	case yaml.MappingNode:
		return r.mapping(y)
	}
	return r.report(y, "not valid YAML: an unexpected node")
}

// alias returns what the anchor stands for, and counts it.
func (r *yamlReader) alias(y *yaml.Node) subtree {
	t := r.anchored[y.Alias]
	switch {
	case t == nil:
		return r.report(y, "the alias *%s names an anchor of which nothing was read", y.Value)
	case t.open:
		return r.report(y, "the alias *%s contains itself", y.Value)
	case r.added+t.nodes > MaxAliasNodes:
		// The alias is left out of the count: one error says it all.
		if r.added <= MaxAliasNodes {
			r.added = MaxAliasNodes + 1
			return r.report(y, "the aliases up to *%s stand for more than %d values", y.Value, MaxAliasNodes)
		}
		return subtree{node: t.node, nodes: 1}
	case r.depth+t.height > MaxDepth:
		return r.report(y, "nested deeper than %d levels by the alias *%s", MaxDepth, y.Value)
	}
	r.added += t.nodes
	return *t
}

// add extends a tree by a child.
func (t *subtree) add(child subtree) {
	t.nodes += child.nodes
	t.height = max(t.height, child.height+1)
}

func (r *yamlReader) sequence(y *yaml.Node) subtree {
	if y.Style&yaml.TaggedStyle != 0 && y.Tag != "!!seq" {
		return r.report(y, "the tag %s is not known; leave it out", y.Tag)
	}
	r.depth++
	defer func() { r.depth-- }()
	t := subtree{node: r.place(List, y), nodes: 1, height: 1}
	t.node.Items = make([]*Node, 0, len(y.Content))
	for _, item := range y.Content {
		child := r.convert(item)
		t.node.Items = append(t.node.Items, child.node)
		t.add(child)
	}
	return t
}

func (r *yamlReader) mapping(y *yaml.Node) subtree {
	if y.Style&yaml.TaggedStyle != 0 && y.Tag != "!!map" {
		return r.report(y, "the tag %s is not known; leave it out", y.Tag)
	}
	r.depth++
	defer func() { r.depth-- }()
	t := subtree{node: r.place(Object, y), nodes: 1, height: 1}
	t.node.Fields = make([]Field, 0, len(y.Content)/2)
	var merged *subtree
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if isMergeKey(key) {
			if merged != nil {
				r.report(key, "a second merge key << in one mapping; give one list of aliases")
			}
			from := r.convert(value)
			merged = &from
			continue
		}
		line, column := r.places.at(key.Line, key.Column)
		name, ok := r.name(key)
		if !ok {
			continue
		}
		child := r.convert(value)
		t.node.Fields = append(t.node.Fields, Field{Name: name, Line: line, Column: column, Value: child.node})
		t.add(child)
	}
	r.errs = append(r.errs, duplicates(r.file, t.node.Fields)...)
	if merged != nil {
		r.merge(&t, *merged)
	}
	return t
}

// name reads the key of a mapping: a scalar, in its source text.
func (r *yamlReader) name(key *yaml.Node) (string, bool) {
	if key.Kind == yaml.AliasNode && key.Alias != nil {
		key = key.Alias
	}
	if key.Kind != yaml.ScalarNode {
		r.report(key, "the key of a mapping must be plain text, not a list or a mapping")
		return "", false
	}
	t := r.convert(key)
	if t.node.Kind == Null && key.Value == "" {
		r.report(key, "a key of a mapping is missing")
		return "", false
	}
	return r.text([]byte(key.Value)), true
}

func isMergeKey(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && (isPlain(key) || key.Tag == "!!merge")
}

// merge adds the members of the mapping or mappings that a merge key << names.
// The mapping's own members win, then those of the earlier mapping.
func (r *yamlReader) merge(t *subtree, from subtree) {
	sources := []*Node{from.node}
	if from.node.Kind == List {
		sources = from.node.Items
	}
	own := make(map[string]bool, len(t.node.Fields))
	for _, f := range t.node.Fields {
		own[f.Name] = true
	}
	for _, source := range sources {
		if source.Kind != Object {
			r.errs = append(r.errs, &Error{from.node.Position(), fmt.Sprintf(
				"a merge key << takes a mapping or a list of mappings, not a %v", source.Kind)})
			return
		}
		for _, f := range source.Fields {
			if !own[f.Name] {
				own[f.Name] = true
				t.node.Fields = append(t.node.Fields, f)
			}
		}
	}
	// An upper bound of what was added, which is all that the limit needs.
	t.nodes += from.nodes
	t.height = max(t.height, from.height)
}

func isPlain(y *yaml.Node) bool {
	const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	return y.Style&(quoted|yaml.TaggedStyle) == 0
}
