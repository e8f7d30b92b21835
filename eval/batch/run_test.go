package batch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model/inventory"
)

const policySet = `
users:
  - arn: arn:aws:iam::111122223333:user/alice
    inlinePolicies:
      Own:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Action: s3:Get*, Resource: "arn:aws:s3:::box/${aws:username}/*" }
          - { Effect: Allow, Action: sts:AssumeRole, Resource: "*" }
          - { Effect: Deny, Action: s3:*, Resource: "*", Condition: { Bool: { aws:SecureTransport: false } } }
          - { Effect: Allow, Action: ec2:RunInstances, Resource: "*", Condition: { DateLessThan: { aws:CurrentTime: "2026-01-01T00:00:00Z" } } }
roles:
  - arn: arn:aws:iam::111122223333:role/Runner
    trustPolicy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { AWS: "111122223333" }, Action: sts:AssumeRole }] }
    inlinePolicies:
      All: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }
`

func testEngine(t testing.TB, o eval.Options) *eval.Engine {
	t.Helper()
	loader := inventory.NewLoader(inventory.OS(), inventory.Options{})
	loader.AddData("set.yaml", []byte(policySet))
	inv, diagnostics := loader.Finish()
	require.NotNil(t, inv, diagnostics)
	engine, err := eval.Compile(inv.Snapshot(), o)
	require.NoError(t, err)
	return engine
}

// sampleLines are lines of every outcome.
func sampleLines() []string {
	out := append([]string{}, goodLines...)
	for i := range 40 {
		out = append(out,
			fmt.Sprintf(`{"id":%d,"principal":"alice","action":"s3:GetObject","resource":"arn:aws:s3:::box/alice/%d"}`, i, i),
			fmt.Sprintf(`{"id":"x%d","principal":"alice","action":"s3:GetObject","resource":"arn:aws:s3:::box/bob/%d"}`, i, i),
			fmt.Sprintf(`{"principal":"role/Runner","action":"s3:PutObject","resource":"arn:aws:s3:::box/%d","context":{"aws:SecureTransport":%t}}`, i, i%2 == 0),
		)
	}
	return append(out, "", "{", `{"id":1}`, `{"principal":"nobody","action":"s3:GetObject"}`, `{"principal":"lambda.amazonaws.com","action":"s3:GetObject"}`,
		`{"principal":"alice","action":"s3:GetObject","resource":"arn:aws:s3:::box/alice/x","context":{"aws:SecureTransport":false}}`,
		`{"principal":"role/Runner","action":"s3:GetObject","resource":"arn:aws:s3:::box/x","resourceAccount":"444455556666"}`)
}

// oneByOne is the law: line by line, in order, with nothing kept from the lines before.
func oneByOne(e *eval.Engine, o Options, input string) string {
	var out []byte
	for line := range strings.Lines(input) {
		out, _ = NewAnswerer(e, o).Append(out, []byte(strings.TrimSuffix(line, "\n")))
		out = append(out, '\n')
	}
	return string(out)
}

func runText(t testing.TB, e *eval.Engine, o Options, input string) (string, Summary) {
	t.Helper()
	var out strings.Builder
	summary, err := Run(e, strings.NewReader(input), &out, o)
	require.NoError(t, err)
	return out.String(), summary
}

func TestAnswers(t *testing.T) {
	e := testEngine(t, eval.Options{})
	for _, c := range []struct {
		name, line, want string
		outcome          Outcome
	}{
		{"allowed", `{"principal":"alice","action":"s3:GetObject","resource":"arn:aws:s3:::box/alice/1"}`,
			`{"answer":"allowed","reason":"ALLOW_IDENTITY"}`, Answered},
		{"implicit deny", `{"id":"\u0041 ","principal":"alice","action":"s3:PutObject"}`,
			`{"id":"\u0041 ","answer":"implicitDeny","reason":"DENY_IMPLICIT_IDENTITY"}`, Answered},
		{"explicit deny", `{"principal":"alice","action":"s3:PutObject","context":{"aws:SecureTransport":false},"id":1.0}`,
			`{"id":1.0,"answer":"explicitDeny","reason":"DENY_EXPLICIT_IDENTITY"}`, Answered},
		{"far side", `{"principal":"role/Runner","action":"s3:GetObject","resource":"arn:aws:s3:::box/x","resourceAccount":"444455556666"}`,
			`{"answer":"allowed","reason":"ALLOW_IDENTITY_AND_RESOURCE","farSide":true}`, Answered},
		{"at", `{"principal":"alice","action":"ec2:RunInstances","at":"2025-06-01T00:00:00Z"}`,
			`{"answer":"allowed","reason":"ALLOW_IDENTITY"}`, Answered},
		{"no time", `{"principal":"alice","action":"ec2:RunInstances"}`,
			`{"answer":"implicitDeny","reason":"DENY_IMPLICIT_IDENTITY"}`, Answered},
		{"warning", `{"principal":"alice","action":"s3:GetObject","resource":"arn:aws:s3:::box/alice/1","context":{"aws:SecureTransprt":false}}`,
			`{"answer":"allowed","reason":"ALLOW_IDENTITY","warnings":["\"aws:SecureTransprt\" is not among the global condition keys known on 2026-11; did you mean \"aws:SecureTransport\"?"]}`, Answered},
		{"faulty", `{"id":3,"principal":"alice"}`,
			`{"id":3,"error":{"code":"missing-field","field":"action","column":1,"message":"a request needs the field \"action\""}}`, Faulty},
		{"two faults", `{"principal":"alice","action":7,"resource":"","id":[]}`,
			`{"error":{"code":"bad-value","field":"resource","column":44,"message":"resource is the empty string","more":[{"code":"wrong-type","field":"id","column":52,"message":"id takes a string or a number, not a list"}]}}`, Faulty},
		{"unknown principal", `{"id":4,"principal":"alcie","action":"s3:GetObject"}`,
			`{"id":4,"error":{"code":"unusable-request","field":"principal","message":"principal: no user or role is called \"alcie\"","hint":"did you mean arn:aws:iam::111122223333:user/alice?"}}`, Faulty},
		{"no JSON", `{"id":5,`,
			`{"id":5,"error":{"code":"not-json","column":9,"message":"not valid JSON: the line ends too early"}}`, Faulty},
		{"unanswered", `{"id":6,"principal":"lambda.amazonaws.com","action":"s3:GetObject"}`,
			`{"id":6,"answer":"unanswered","unanswered":"`, Unanswered},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, outcome := NewAnswerer(e, Options{}).Append([]byte("before"), []byte(c.line))
			require.True(t, strings.HasPrefix(string(got), "before"+c.want), "got %s", got)
			require.Equal(t, c.outcome, outcome)
			if outcome != Unanswered {
				require.Equal(t, "before"+c.want, string(got))
			}
		})
	}
	got, outcome := NewAnswerer(e, Options{At: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)}).Append(nil, []byte(`{"principal":"alice","action":"ec2:RunInstances"}`))
	require.Equal(t, Answered, outcome)
	require.Equal(t, `{"answer":"allowed","reason":"ALLOW_IDENTITY"}`, string(got))
}

// TestOrder: whatever the number of workers, the size of the blocks, and the
// pieces in which the input arrives, the output is that of one line after the other.
func TestOrder(t *testing.T) {
	lines := sampleLines()
	random := rand.New(rand.NewPCG(1, 2))
	for _, o := range []Options{{}, {Explain: true}} {
		e := testEngine(t, eval.Options{})
		rounds, sizes := 3, []int{0, 1, 100, 1000}
		if o.Explain {
			// Explanations take long, and go the same way.
			rounds, sizes = 1, []int{0, 300}
		}
		for round := range rounds {
			random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
			input := strings.Join(lines, "\n") + []string{"\n", "", "\n\n"}[round%3]
			want := oneByOne(e, o, input)
			require.Equal(t, strings.Count(want, "\n"), strings.Count(strings.TrimSuffix(input, "\n"), "\n")+1)
			for _, workers := range []int{0, 1, 7} {
				for _, size := range sizes {
					o.Workers, o.block = workers, size
					got, summary := runText(t, e, o, input)
					require.Equal(t, want, got)
					require.Equal(t, strings.Count(want, "\n"), summary.Lines)
					require.Equal(t, strings.Count(want, `"error":{`), summary.Faulty)
					require.Equal(t, strings.Count(want, `"unanswered","unanswered"`), summary.Unanswered)
					require.Equal(t, summary.Lines, summary.Answered+summary.Unanswered+summary.Faulty)
				}
			}
			for _, reader := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
				var out strings.Builder
				_, err := Run(e, reader(strings.NewReader(input)), &out, Options{Explain: o.Explain, Workers: 3})
				require.NoError(t, err)
				require.Equal(t, want, out.String())
			}
		}
	}
}

// TestSplit: the answers of the parts of an input, one after the other, are
// the answers of the whole, wherever it is cut between lines.
func TestSplit(t *testing.T) {
	e := testEngine(t, eval.Options{})
	lines := sampleLines()
	random := rand.New(rand.NewPCG(3, 4))
	random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	input := strings.Join(lines, "\n") + "\n"
	for _, o := range []Options{{}, {Explain: true, At: time.Unix(1767225600, 0)}} {
		whole, _ := runText(t, e, o, input)
		step := 1
		if o.Explain {
			step = 40
		}
		for cut := 0; cut <= len(lines); cut += step {
			first := strings.Join(lines[:cut], "\n") + "\n"
			if cut == 0 {
				first = ""
			}
			a, _ := runText(t, e, o, first)
			b, _ := runText(t, e, o, strings.TrimPrefix(input, first))
			require.Equal(t, whole, a+b, cut)
		}
	}
}

func TestEmptyInput(t *testing.T) {
	out, summary := runText(t, testEngine(t, eval.Options{}), Options{}, "")
	require.Empty(t, out)
	require.Equal(t, Summary{}, summary)
}

// TestProblems: the summary holds the first lines without a decision, by their number in the whole input.
func TestProblems(t *testing.T) {
	e := testEngine(t, eval.Options{})
	good := goodLines[0] + "\n"
	input := strings.Repeat(good, 30) + "x\n" + strings.Repeat(good, 50) + `{"principal":"lambda.amazonaws.com","action":"s3:GetObject"}` + "\n" + strings.Repeat("\n", 9)
	for _, size := range []int{1, 200, 0} {
		_, summary := runText(t, e, Options{block: size}, input)
		require.Equal(t, 10, summary.Faulty)
		require.Equal(t, 1, summary.Unanswered)
		var lines []int
		for _, p := range summary.Problems {
			lines = append(lines, p.Line)
			require.NotEmpty(t, p.Fault.Message)
		}
		require.Equal(t, []int{31, 82, 83, 84, 85}, lines)
		require.Equal(t, Unanswered, summary.Problems[1].Outcome)
	}
}

func TestFailFast(t *testing.T) {
	e := testEngine(t, eval.Options{})
	for _, bad := range []string{"", "{}", `{"principal":"lambda.amazonaws.com","action":"s3:GetObject"}`} {
		first := strings.Repeat(goodLines[0]+"\n", 40) + bad + "\n"
		want := oneByOne(e, Options{}, first)
		for _, size := range []int{1, 300, 0} {
			got, summary := runText(t, e, Options{FailFast: true, Workers: 4, block: size}, first+strings.Repeat("x\n", 500))
			require.Equal(t, want, got)
			require.Equal(t, 41, summary.Lines)
			require.Equal(t, 1, summary.Faulty+summary.Unanswered)
			require.Equal(t, 41, summary.Problems[0].Line)
		}
	}
}

// TestOverlongLine: a line beyond the bound has its answer at its place,
// whether it is met whole or in pieces, and the lines around it theirs.
func TestOverlongLine(t *testing.T) {
	e := testEngine(t, eval.Options{})
	fits := head + `,"resource":"arn:aws:s3:::` + strings.Repeat("x", MaxLine-len(head)-len(`,"resource":"arn:aws:s3:::"}`)) + `"}`
	for _, long := range []string{fits + " ", strings.Repeat("y", 3*MaxLine+7)} {
		input := strings.Join([]string{goodLines[0], long, goodLines[0], fits, long, long, goodLines[0], long}, "\n")
		want := oneByOne(e, Options{}, input)
		require.Equal(t, 4, strings.Count(want, `"code":"too-long"`))
		require.Equal(t, 4, strings.Count(want, `"answer":"`))
		for _, size := range []int{1 << 10, 0, 8 * MaxLine} {
			got, _ := runText(t, e, Options{block: size}, input)
			require.Equal(t, want, got)
			got, _ = runText(t, e, Options{block: size}, input+"\n")
			require.Equal(t, want, got)
		}
		var out strings.Builder
		_, err := Run(e, iotest.HalfReader(strings.NewReader(input)), &out, Options{})
		require.NoError(t, err)
		require.Equal(t, want, out.String())
	}
}

// TestErrors: an input that breaks off and an output that fails are errors of
// the run; what was answered before is written.
func TestErrors(t *testing.T) {
	e := testEngine(t, eval.Options{})
	broken := errors.New("the disk is gone")
	good := strings.Repeat(goodLines[0]+"\n", 20)
	var out strings.Builder
	summary, err := Run(e, io.MultiReader(strings.NewReader(good), iotest.ErrReader(broken)), &out, Options{})
	var reading *ReadError
	require.ErrorAs(t, err, &reading)
	require.ErrorIs(t, err, broken)
	require.Equal(t, oneByOne(e, Options{}, good), out.String())
	require.Equal(t, 20, summary.Lines)

	_, err = Run(e, silentReader{}, io.Discard, Options{})
	require.ErrorIs(t, err, io.ErrNoProgress)

	_, err = Run(e, endless{}, failingWriter{broken}, Options{})
	require.ErrorIs(t, err, broken)
	require.NotErrorAs(t, err, &reading)
}

// TestConstantMemory: a writer that waits makes the reader wait, after a
// number of blocks that the length of the input has no part in.
func TestConstantMemory(t *testing.T) {
	e := testEngine(t, eval.Options{})
	const size, workers = 1000, 3
	line := goodLines[0] + "\n"
	in := &countingReader{text: strings.Repeat(line, 5_000)}
	out := &gauge{in: in}
	var told int
	summary, err := Run(e, in, out, Options{Workers: workers, block: size, Progress: func(lines int) { told = lines }})
	require.NoError(t, err)
	require.Equal(t, 5_000, summary.Lines)
	require.Equal(t, 5_000, told)
	// A block on its way holds up to one block's rest and what one read brings.
	require.LessOrEqual(t, out.most, (2*workers+4)*2*size)
	require.Greater(t, out.most, size)
}

// TestInteraction: who writes a request and waits gets the answer before the input ends.
func TestInteraction(t *testing.T) {
	e := testEngine(t, eval.Options{})
	requests, send := io.Pipe()
	receive, answers := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := Run(e, requests, answers, Options{})
		ended <- err
	}()
	buffer := make([]byte, 1<<10)
	for range 5 {
		_, err := io.WriteString(send, goodLines[0]+"\n")
		require.NoError(t, err)
		n, err := receive.Read(buffer)
		require.NoError(t, err)
		require.Equal(t, oneByOne(e, Options{}, goodLines[0]), string(buffer[:n]))
	}
	require.NoError(t, send.Close())
	require.NoError(t, <-ended)
}

// FuzzRun: any input, cut anywhere between lines, in blocks of any size, is
// answered as line by line, and every answer is one line of JSON.
func FuzzRun(f *testing.F) {
	e := testEngine(f, eval.Options{})
	for _, line := range sampleLines() {
		f.Add([]byte(line+"\n{\n"+goodLines[0]), uint16(len(line)), uint16(1))
	}
	f.Add([]byte("\n\n{}"), uint16(1), uint16(1))
	f.Fuzz(func(t *testing.T, input []byte, size, cut uint16) {
		want := oneByOne(e, Options{}, string(input))
		got, _ := runText(t, e, Options{block: int(size), Workers: 2}, string(input))
		require.Equal(t, want, got)
		for line := range strings.Lines(got) {
			checkAnswer(t, []byte(line))
		}
		lines := bytes.SplitAfter(input, []byte("\n"))
		at := int(cut) % (len(lines) + 1)
		a, _ := runText(t, e, Options{}, string(bytes.Join(lines[:at], nil)))
		b, _ := runText(t, e, Options{}, string(bytes.Join(lines[at:], nil)))
		require.Equal(t, want, a+b)
	})
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// silentReader never brings anything.
type silentReader struct{}

func (silentReader) Read([]byte) (int, error) { return 0, nil }

// endless is an input without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '\n'
	}
	return len(p), nil
}

// countingReader tells how much was taken from it.
type countingReader struct {
	text  string
	taken atomic.Int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	at := int(r.taken.Load())
	if at == len(r.text) {
		return 0, io.EOF
	}
	n := copy(p, r.text[at:])
	r.taken.Add(int64(n))
	return n, nil
}

// gauge is a writer that measures how far the reader is ahead of it, in bytes
// of input. Each answer to the one line of the test is as long as the other.
type gauge struct {
	in      *countingReader
	written int
	most    int
}

func (g *gauge) Write(p []byte) (int, error) {
	if g.written == 0 {
		// Let the reader run as far as it can.
		for range 100_000 {
			runtime.Gosched()
		}
	}
	g.most = max(g.most, int(g.in.taken.Load())-g.written)
	g.written += bytes.Count(p, []byte("\n")) * (len(goodLines[0]) + 1)
	return len(p), nil
}
