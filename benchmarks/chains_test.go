package benchmarks

import (
	"encoding/json"
	"fmt"
	"testing"

	"iamsim/eval"
	"iamsim/eval/chain"
)

// trustAccounts is how many accounts the roles of the chain benchmarks stand in.
const trustAccounts = 50

type object = map[string]any

func accountNumber(i int) string { return fmt.Sprintf("%012d", 100000000001+i%trustAccounts) }

// trustingRole is role i of n. Of ten roles five trust a whole account (every
// other time another one than their own), three name roles, one asks for an
// external id, and of fifty one trusts everyone of its organization. One role
// in five may assume a few roles, one in a hundred every role of an account.
func trustingRole(i, n int) object {
	account := accountNumber(i)
	role := func(j int) string {
		j %= n
		return fmt.Sprintf("arn:aws:iam::%s:role/team-%d/R%d", accountNumber(j), j%20, j)
	}
	statement := object{"Effect": "Allow", "Action": "sts:AssumeRole"}
	switch k := i / trustAccounts % 10; {
	case i%50 == 7 && i/50%10 == 0:
		statement["Principal"] = object{"AWS": "*"}
		statement["Condition"] = object{"StringEquals": object{"aws:PrincipalOrgID": "o-bench"}}
	case k < 5:
		statement["Principal"] = object{"AWS": "arn:aws:iam::" + accountNumber(i+i/trustAccounts%2*7) + ":root"}
		if k == 0 {
			statement["Condition"] = object{"StringEquals": object{"sts:ExternalId": "partner"}}
		}
	case k < 8:
		statement["Principal"] = object{"AWS": []string{role(i*7 + 1), role(i*13 + 5)}}
	case k == 8:
		statement["Principal"] = object{"Service": "lambda.amazonaws.com"}
	default:
		statement["Principal"] = object{"AWS": role(i + trustAccounts)}
		statement["Condition"] = object{"Bool": object{"aws:MultiFactorAuthPresent": "true"}}
	}
	policy := []any{object{"Effect": "Allow", "Action": []string{"s3:Get*", "s3:List*"}, "Resource": fmt.Sprintf("arn:aws:s3:::data-%d/*", i)}}
	switch {
	case i/trustAccounts%100 == 3:
		policy = append(policy, object{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::" + account + ":role/*"})
	case i/trustAccounts%5 == 1:
		policy = append(policy, object{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": []string{role(i*3 + 2), role(i*5 + 11), role(i + 7*trustAccounts)}})
	}
	return object{
		"arn":            role(i),
		"trustPolicy":    object{"Version": "2012-10-17", "Statement": []any{statement}},
		"inlinePolicies": object{"P": object{"Version": "2012-10-17", "Statement": policy}},
	}
}

// trustingRoles compiles a policy set of n roles.
func trustingRoles(b *testing.B, n int) *eval.Engine {
	b.Helper()
	var accounts, roles []any
	for i := range trustAccounts {
		accounts = append(accounts, accountNumber(i))
	}
	for i := range n {
		roles = append(roles, trustingRole(i, n))
	}
	data, err := json.Marshal(object{
		"organization": object{"id": "o-bench", "managementAccount": "999999999999", "root": object{"id": "r-b", "accounts": accounts}},
		"roles":        roles,
	})
	if err != nil {
		b.Fatal(err)
	}
	return engine(b, string(data))
}

func BenchmarkChains(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("roles=%d", n), func(b *testing.B) {
			e := trustingRoles(b, n)
			var g *chain.Graph
			b.Run("build", func(b *testing.B) {
				for b.Loop() {
					var err error
					if g, err = chain.Build(e, chain.Given{}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(g.Decisions()), "decisions")
			})
			if g == nil {
				return
			}
			// Roles that trust their own account, another one each time, and roles that trust everyone.
			b.Run("reverse=account", func(b *testing.B) { reach(b, g, n, 2*trustAccounts) })
			b.Run("reverse=everyone", func(b *testing.B) { reach(b, g, n, 7) })
		})
	}
}

// reach asks who can reach a role, every 500th from the first.
func reach(b *testing.B, g *chain.Graph, n, first int) {
	reached, next := 0, 0
	for b.Loop() {
		role := trustingRole((next*10*trustAccounts+first)%n, n)["arn"].(string)
		next++
		found, err := g.Reach(role, 0)
		if err != nil {
			b.Fatal(err)
		}
		reached += len(found)
	}
	b.ReportMetric(float64(reached)/float64(next), "principals")
}
