package main

import (
	"slices"
	"time"

	"iamsim/eval"
	"iamsim/eval/chain"
)

// chainsJSON is the JSON form of `chains` (docs/json.md).
type chainsJSON struct {
	// Answer is "found", "none" or "unanswered".
	Answer string       `json:"answer"`
	Chains []foundChain `json:"chains"`
	// Edges are the hops between accounts, where neither start nor end was asked for.
	Edges []chain.Edge `json:"edges,omitempty"`
	// Reached counts the ends or starts that are reached hop by hop, before chains are followed.
	Reached    int          `json:"reached"`
	Gaps       []chain.Gap  `json:"gaps,omitempty"`
	Unanswered []chain.Edge `json:"unanswered,omitempty"`
	Cut        []string     `json:"cut,omitempty"`
	Inputs     []string     `json:"inputs"`
	At         time.Time    `json:"at"`
	ExitCode   int          `json:"exitCode"`
}

type foundChain struct {
	From     string         `json:"from"`
	FromKind chain.NodeKind `json:"fromKind"`
	To       string         `json:"to"`
	Start    []chain.Supply `json:"start,omitempty"`
	Hops     []foundHop     `json:"hops"`
	// Final is the answer to --action with the last session.
	Final *eval.Explanation `json:"final,omitempty"`
}

type foundHop struct {
	chain.Edge
	// Trust are the statements of the trust policy that allow the call, Identity
	// those of the caller's own policies; IdentityNeeded tells whether they are needed.
	Trust          []eval.StatementRef `json:"trust,omitempty"`
	Identity       []eval.StatementRef `json:"identity,omitempty"`
	IdentityNeeded bool                `json:"identityNeeded"`
	// DependsOn are the keys that the call does not carry and of which some value would change its answer.
	DependsOn   []string     `json:"dependsOn,omitempty"`
	Assumptions []string     `json:"assumptions,omitempty"`
	Session     foundSession `json:"session"`
}

type foundSession struct {
	Principal          string            `json:"principal"`
	Tags               map[string]string `json:"tags,omitempty"`
	TransitiveTags     map[string]string `json:"transitiveTags,omitempty"`
	SourceIdentity     string            `json:"sourceIdentity,omitempty"`
	MaxDurationSeconds int               `json:"maxDurationSeconds"`
	// Because says why the session cannot last longer.
	Because string `json:"maxDurationBecause,omitempty"`
}

// fill puts what was found into the form of the answer.
func (c *chainsAnswer) fill() {
	c.Chains, c.Reached, c.Cut, c.Unanswered = []foundChain{}, c.found.Reached, c.found.Cut, c.found.Unanswered
	c.Inputs, c.At = c.flags.files.list, c.at
	for i := range c.found.Paths {
		c.Chains = append(c.Chains, chainOf(&c.found.Paths[i], c.flags.action.set))
	}
}

func chainOf(p *chain.Path, asked bool) foundChain {
	out := foundChain{From: p.From, FromKind: p.FromKind, To: p.To, Start: p.Start, Hops: []foundHop{}}
	for i, e := range p.Edges {
		step := &p.Result.Steps[i]
		check := step.Checks[0]
		hop := foundHop{Edge: e, Trust: chain.TrustStatements(check), Session: foundSession{
			Principal: step.Session.Principal, Tags: step.Session.Tags, TransitiveTags: step.Session.TransitiveTags,
			SourceIdentity: step.Session.SourceIdentity, MaxDurationSeconds: int(step.Session.MaxDuration / time.Second),
			Because: step.Session.MaxDurationBecause,
		}}
		hop.Identity, hop.IdentityNeeded = chain.IdentityStatements(check)
		for _, one := range step.Checks {
			hop.Assumptions = append(hop.Assumptions, one.Assumptions...)
			hop.DependsOn = append(hop.DependsOn, one.DependsOn...)
		}
		slices.Sort(hop.DependsOn)
		hop.DependsOn = slices.Compact(hop.DependsOn)
		out.Hops = append(out.Hops, hop)
	}
	if asked {
		out.Final = p.Result.Final
	}
	return out
}
