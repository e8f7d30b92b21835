package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model/catalog"
)

// versionJSON is the JSON form of `version` (docs/json.md).
type versionJSON struct {
	// Version is the module's; "(devel)" for a build from a working tree.
	Version string `json:"version"`
	// Revision is the commit, Time its time; empty where the build does not know.
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`
	// Modified is set where the tree had changes that no commit holds.
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	// ConditionKeys and RCPServices are the dates of the data about AWS.
	ConditionKeys string `json:"conditionKeys"`
	RCPServices   string `json:"rcpServices"`
	// Catalog is the built-in action catalogue.
	Catalog catalogJSON `json:"catalog"`
}

func (a *app) versionCommand() *cobra.Command {
	output := newChoice("output", "text", "json")
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version, and the dates of the data about AWS",
		Example: "  simulate version\n  simulate version --output json",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError("version takes no arguments")
			}
			v := version()
			if output.value == "json" {
				return a.outputText(jsonText(v))
			}
			return a.outputText(a.versionText(v))
		},
	}
	cmd.Flags().Var(output, "output", "the form of the output")
	output.complete(cmd)
	return cmd
}

func version() versionJSON {
	v := versionJSON{
		Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		ConditionKeys: conditions.KeysDate, RCPServices: eval.RCPServicesDate,
		Catalog: catalogOf(catalog.Default()),
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Revision = setting.Value
		case "vcs.time":
			v.Time = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	return v
}

func (a *app) versionText(v versionJSON) string {
	revision := v.Revision
	if v.Modified {
		revision += ", with changes"
	}
	list := [][]cell{cells("go", v.Go+" "+v.Platform)}
	if revision != "" {
		list = append(list, cells("revision", strings.TrimSpace(revision+" "+v.Time)))
	}
	list = append(list, cells("condition keys", "as of "+v.ConditionKeys), cells("services with RCPs", "as of "+v.RCPServices),
		cells("action catalogue", fmt.Sprintf("as of %s, %s, from %s", v.Catalog.Date, count(v.Catalog.Actions, "action"), v.Catalog.Source)))
	b := &strings.Builder{}
	b.WriteString("simulate " + v.Version + "\n")
	a.table(b, "  ", list)
	return b.String()
}
