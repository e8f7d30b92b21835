package chain_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/eval/chain"
)

// FuzzHops: whatever a hop holds, following it ends with the same answer or
// the same request error every time, and without a panic; an allowed answer has
// all its hops allowed.
func FuzzHops(f *testing.F) {
	f.Add(uint8(0), uint8(0), hub, target, "session", "", "", "team", "data", "team", int64(0))
	f.Add(uint8(1), uint8(1), "Hub", "Target", "a,b=c", "x1", "alice", "TEAM", "web", "", int64(3600))
	f.Add(uint8(2), uint8(3), "", "temp", "x", "a b", "b", "aws:x", "\x00", "k", int64(-1))
	f.Add(uint8(3), uint8(4), "arn:aws:iam::444444444444:role/far/Away", "arn:aws:iam::111111111111:role/", "s/1", "", "", "", "", "", int64(99999))
	f.Add(uint8(4), uint8(2), "*", "arn:aws:sts::111111111111:assumed-role/Hub/one", "é", "", "", "k", "v", "K", int64(1))
	e := world(f, allow(aws(hub), every, "")+", "+allow(`"*"`, `"sts:*"`, `{StringEquals: {aws:RequestTag/team: data}}`), "", "")
	starts := []string{alice, bare, hub, "lambda.amazonaws.com", github, "*", "arn:aws:iam::111111111111:root", "arn:aws:iam::444444444444:user/far"}
	calls := append(chain.Calls(), "", "s3:GetObject")
	f.Fuzz(func(t *testing.T, start, call uint8, first, second, name, external, identity, key, value, transitive string, seconds int64) {
		var mix [8]byte
		binary.LittleEndian.PutUint64(mix[:], uint64(seconds))
		hop := func(role string, call uint8) chain.Hop {
			h := chain.Hop{
				Action: calls[int(call)%len(calls)], Role: role, SessionName: name, ExternalID: external, SourceIdentity: identity,
				Duration: time.Duration(seconds%1e6) * time.Second,
			}
			if key != "" {
				h.Tags = map[string]string{key: value}
			}
			if transitive != "" {
				h.TransitiveTagKeys = []string{transitive}
			}
			if h.Action == chain.GetFederationToken {
				h.Name, h.Role = role, ""
			}
			if mix[0]&1 == 1 {
				h.Context = with("aws:MultiFactorAuthPresent", "true", "aws:UserAgent", value)
			}
			return h
		}
		hops := []chain.Hop{hop(first, call), hop(second, call>>3)}
		request := box(starts[int(start)%len(starts)])
		r, err := chain.Evaluate(e, request, hops)
		again, errAgain := chain.Evaluate(e, request, hops)
		if err != nil {
			var wrong *eval.RequestError
			require.True(t, errors.As(err, &wrong), err)
			require.Equal(t, err, errAgain)
			return
		}
		require.NoError(t, errAgain)
		require.Equal(t, shown(t, r), shown(t, again))
		require.Equal(t, r.FailedHop, r.Final.Hop)
		for i := range r.Steps {
			if r.FailedHop != i+1 {
				require.Nil(t, r.Steps[i].Failed())
				require.NotNil(t, r.Steps[i].Session)
			}
		}
		if r.Final.Answer == eval.Allowed.String() {
			require.Zero(t, r.FailedHop)
			require.Len(t, r.Steps, len(hops))
		}
		// What comes after a hop does not change how it goes.
		one, err := chain.Evaluate(e, request, hops[:1])
		require.NoError(t, err)
		require.Equal(t, r.FailedHop == 1, one.FailedHop == 1)
	})
}

func shown(t *testing.T, r *chain.Result) string {
	text, err := json.Marshal(r.Final)
	require.NoError(t, err)
	return string(text)
}
