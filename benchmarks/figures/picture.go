package main

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// line is one series of a picture: the time of a decision by the number of statements.
type line struct {
	name   string
	points []point
}

type point struct{ statements, ns float64 }

var statements = regexp.MustCompile(`^statements=(\d+)$`)

// variants are the parts of names, besides statements=N, that are drawn as
// lines of their own; every other part is another measurement. engine=NAME
// stands for another engine.
var variants = map[string]string{"Decide": "iamsim", "Decide/handle": "iamsim, request resolved before", "Decide/random": "iamsim, another statement each time"}

// growth are the lines that the benchmarks of decisions make.
func (r *results) growth() []line {
	var lines []line
	for _, one := range r.list {
		name, n := seriesOf(one.name)
		ns, ok := one.figure("ns/op")
		if name == "" || !ok || ns <= 0 {
			continue
		}
		at := slices.IndexFunc(lines, func(l line) bool { return l.name == name })
		if at < 0 {
			at = len(lines)
			lines = append(lines, line{name: name})
		}
		lines[at].points = append(lines[at].points, point{n, ns})
	}
	for i := range lines {
		slices.SortFunc(lines[i].points, func(a, b point) int { return cmp.Compare(a.statements, b.statements) })
	}
	return lines
}

// seriesOf splits a benchmark's name into its series and the number of
// statements; the series is empty for what is not drawn.
func seriesOf(name string) (series string, n float64) {
	var rest []string
	engine := ""
	for part := range strings.SplitSeq(name, "/") {
		if found := statements.FindStringSubmatch(part); found != nil {
			n, _ = strconv.ParseFloat(found[1], 64)
		} else if text, ok := strings.CutPrefix(part, "engine="); ok {
			engine = text
		} else {
			rest = append(rest, part)
		}
	}
	switch {
	case n < 1:
		return "", 0
	case engine != "" && len(rest) == 1:
		return engine, n
	case engine != "":
		return "", 0
	}
	return variants[strings.Join(rest, "/")], n
}

// The picture's measures, in pixels.
const (
	width, height       = 860, 480
	left, right         = 80, 250
	top, bottom         = 40, 60
	plotWidth           = width - left - right
	plotHeight          = height - top - bottom
	labelGap, fontStyle = 15, `font-family="sans-serif" font-size="12"`
)

// colors are told apart by those who see few colours (Okabe and Ito's palette).
var colors = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"}

// axis maps values to pixels on a logarithmic scale of whole decades.
type axis struct {
	low, high int
	from, to  float64
}

func newAxis(values []float64, from, to float64) axis {
	low, high := int(math.Floor(math.Log10(slices.Min(values)))), int(math.Ceil(math.Log10(slices.Max(values))))
	if high == low {
		high++
	}
	return axis{low, high, from, to}
}

func (a axis) at(v float64) float64 {
	return a.from + (a.to-a.from)*(math.Log10(v)-float64(a.low))/float64(a.high-a.low)
}

// picture is an SVG of the lines, log-log.
func picture(lines []line) string {
	var ns, counts []float64
	for _, l := range lines {
		for _, p := range l.points {
			ns, counts = append(ns, p.ns), append(counts, p.statements)
		}
	}
	x, y := newAxis(counts, left, left+plotWidth), newAxis(ns, top+plotHeight, top)
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" %s>\n", width, height, width, height, fontStyle)
	fmt.Fprintf(&b, "<title>Time of one decision by the number of statements</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height)
	grid(&b, x, y)
	for i, l := range lines {
		draw(&b, l, colors[i%len(colors)], x, y)
	}
	labels(&b, lines, x, y)
	b.WriteString("</svg>\n")
	return b.String()
}

func grid(b *strings.Builder, x, y axis) {
	for d := x.low; d <= x.high; d++ {
		at := x.at(math.Pow10(d))
		fmt.Fprintf(b, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#dddddd\"/>\n", at, top, at, top+plotHeight)
		text(b, at, top+plotHeight+20, "middle", "#444444", thousands(int64(math.Round(math.Pow10(d)))))
	}
	for d := y.low; d <= y.high; d++ {
		at := y.at(math.Pow10(d))
		fmt.Fprintf(b, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>\n", left, at, left+plotWidth, at)
		text(b, left-8, at+4, "end", "#444444", round(math.Pow10(d)))
	}
	text(b, left+plotWidth/2, height-18, "middle", "#000000", "statements that apply to the caller")
	text(b, left, top-16, "start", "#000000", "time of one decision")
}

// round writes a power of ten of nanoseconds.
func round(ns float64) string {
	switch {
	case ns >= 1e9:
		return fmt.Sprintf("%.0f s", ns/1e9)
	case ns >= 1e6:
		return fmt.Sprintf("%.0f ms", ns/1e6)
	case ns >= 1e3:
		return fmt.Sprintf("%.0f us", ns/1e3)
	}
	return fmt.Sprintf("%.0f ns", ns)
}

func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

func draw(b *strings.Builder, l line, color string, x, y axis) {
	var path []string
	for _, p := range l.points {
		path = append(path, fmt.Sprintf("%.1f,%.1f", x.at(p.statements), y.at(p.ns)))
	}
	fmt.Fprintf(b, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", strings.Join(path, " "), color)
	for _, p := range l.points {
		fmt.Fprintf(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"><title>%s statements: %s</title></circle>\n",
			x.at(p.statements), y.at(p.ns), color, thousands(int64(p.statements)), duration(p.ns))
	}
}

// labels writes each line's name beside its end, apart from each other.
func labels(b *strings.Builder, lines []line, x, y axis) {
	type label struct {
		name, color string
		at          float64
	}
	var list []label
	for i, l := range lines {
		last := l.points[len(l.points)-1]
		list = append(list, label{l.name, colors[i%len(colors)], y.at(last.ns) + 4})
	}
	slices.SortStableFunc(list, func(a, b label) int { return cmp.Compare(a.at, b.at) })
	for i := 1; i < len(list); i++ {
		list[i].at = max(list[i].at, list[i-1].at+labelGap)
	}
	// What was pushed below the frame is moved up again.
	floor := float64(top + plotHeight)
	for i := len(list) - 1; i >= 0; i-- {
		list[i].at = min(list[i].at, floor)
		floor = list[i].at - labelGap
	}
	for _, l := range list {
		text(b, left+plotWidth+12, l.at, "start", l.color, l.name)
	}
}

func text(b *strings.Builder, x, y float64, anchor, color, content string) {
	fmt.Fprintf(b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n", x, y, anchor, color, html.EscapeString(content))
}
