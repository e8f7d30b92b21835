package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// shells are the shells that completion is made for.
var shells = []struct {
	name  string
	write func(root *cobra.Command, w io.Writer) error
}{
	{"bash", func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
	{"zsh", (*cobra.Command).GenZshCompletion},
	{"fish", func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) }},
}

func (a *app) completionCommand() *cobra.Command {
	var names []string
	for _, s := range shells {
		names = append(names, s.name)
	}
	return &cobra.Command{
		Use:   "completion " + strings.Join(names, "|"),
		Short: "Print the script that completes command lines in a shell",
		Long: `completion prints a script for a shell. With it the shell completes commands,
flags, files, actions, resource types, the condition keys that an action takes,
the beginnings of ARNs that fit it and, once the -f flags are written, the
principals and resources of those files:

  simulate can -f account.json <TAB>
  simulate chains -f account.json --from <TAB>`,
		Example: `  source <(simulate completion bash)
  simulate completion zsh > "${fpath[1]}/_simulate"
  simulate completion fish > ~/.config/fish/completions/simulate.fish`,
		ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("completion takes one shell").hint("known are %s", strings.Join(names, ", "))
			}
			for _, s := range shells {
				if s.name == args[0] {
					return a.output(func(w io.Writer) error { return s.write(cmd.Root(), w) })
				}
			}
			return suggesting(usageError("there is no completion for %q", args[0]), args[0], names)
		},
	}
}
