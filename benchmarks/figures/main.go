// Command figures reads what `go test -bench` printed, prints its figures as a
// Markdown table, and with -svg draws how the time of a decision grows with
// the number of statements. Of repeated runs of a benchmark the fastest counts:
// what disturbs a run only makes it slower.
//
//	go run ./benchmarks/figures -svg benchmarks/growth.svg bin/bench.txt
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run reads the named files, or standard input, and writes the table to out.
func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("figures", flag.ContinueOnError)
	svg := flags.String("svg", "", "the file for the picture of growth")
	if err := flags.Parse(args); err != nil {
		return err
	}
	r := &results{}
	for _, name := range flags.Args() {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		err = r.read(file)
		file.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if flags.NArg() == 0 {
		if err := r.read(in); err != nil {
			return err
		}
	}
	if len(r.list) == 0 {
		return fmt.Errorf("no benchmark was found; give the output of go test -bench")
	}
	if *svg != "" {
		lines := r.growth()
		if len(lines) == 0 {
			return fmt.Errorf("no benchmark has statements=N in its name; there is nothing to draw")
		}
		if err := os.WriteFile(*svg, []byte(picture(lines)), 0o644); err != nil {
			return err
		}
	}
	_, err := io.WriteString(out, r.table())
	return err
}
