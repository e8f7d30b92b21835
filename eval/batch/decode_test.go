package batch

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/model"
)

// head begins a good request.
const head = `{"principal":"alice","action":"s3:GetObject"`

// goodLines are requests in all their forms.
var goodLines = []string{
	head + `}`,
	"\ufeff" + head + `}`,
	" \t" + head + "} \r",
	head + `,"id":"a"}`, `{"id":7,` + head[1:] + `}`, head + `,"id":1.50e3}`, head + `,"id":"\u0061\n"}`, head + `,"id":""}`,
	`{"\u0070rincipal":"\u0061lice","action":"s3:GetObject"}`,
	`{"principal":1,"action":true}`,
	head + `,"resource":"arn:aws:s3:::artifacts/\u00fc\ud83d\ude00"}`,
	head + `,"resourceAccount":"012345678901"}`, head + `,"resourceAccount":123456789012}`,
	head + `,"context":{}}`,
	head + `,"context":{"aws:SourceIp":"203.0.113.7","aws:TagKeys":["a",1,true],"s3:max-keys":1e2,"aws:SecureTransport":false,"aws:username":null}}`,
	head + `,"context": {"aws:SourceIp":"203.0.113.7","aws:TagKeys":[ ],"x:y":""} }`,
	head + `,"context":{"aws:SourceIpp":"203.0.113.7"}}`,
	head + `,"at":"2026-11-22T10:00:00Z"}`, head + `,"at":"2026-11-22T10:00:00.5+01:00"}`,
	head + `,"session":{}}`,
	head + `,"session":{"type":"AssumeRole","mfa":true,"tags":{"team":"data","size":4,"":""},"sourceIdentity":"alice","tokenIssueTime":"2026-11-22T10:00:00Z","federatedProvider":"x"}}`,
	head + `,"session":{"mfa":false,"tags":{}}}`,
	head + `,"sessionPolicyArns":[]}`, head + `,"sessionPolicyArns":["a","b"]}`,
	head + `,"sessionPolicy":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}}`,
	head + `,"sessionPolicy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"}]}"}`,
	head + `,"parentUser":"arn:aws:iam::111122223333:user/alice"}`,
}

// TestFaults holds what is said about each fault, and where.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"blank", "", `1 not-json "": the line is blank, and every line holds a request`},
		{"only blanks", " \t\r", `1 not-json "": the line is blank, and every line holds a request`},
		{"no JSON", "principal: alice", `1 not-json "": not valid JSON: invalid character 'p' at start of value`},
		{"gzip", "\x1f\x8b\x08", `1 not-json "": not valid JSON: invalid character '\x1f' at start of value`},
		{"list", ` ["a"]`, `2 wrong-type "": a request is an object, not a list`},
		{"null", `null`, `1 wrong-type "": a request is an object, not null`},
		{"cut off", head, `45 not-json "": not valid JSON: the line ends too early`},
		{"cut off after a name", `{"principal"`, `13 not-json "": not valid JSON: the line ends too early`},
		{"trailing comma", head + `,}`, `45 not-json "": not valid JSON: invalid character ',' at start of value`},
		{"no UTF-8", head + ",\"resource\":\"\xff\"}", `58 not-json "": not valid JSON: invalid UTF-8`},
		{"half a surrogate pair", head + `,"resource":"\ud800"}`, `58 not-json "": not valid JSON: invalid surrogate pair ` + "`" + `\ud800"}` + "`" + ` in string`},
		{"two requests", head + `} {}`, `47 not-json "": more follows the request, and a line holds one`},
		{"rubbish behind", head + `}x`, `46 not-json "": more follows the request, and a line holds one`},
		{"brace behind", head + `}}`, `46 not-json "": more follows the request, and a line holds one`},
		{"duplicate", head + `,"action":"s3:PutObject"}`, `46 not-json "": the name "action" stands twice in one object`},
		{"duplicate in the context", head + `,"context":{"a:b":1,"a:b":2}}`, `65 not-json "": the name "a:b" stands twice in one object`},
		{"empty object", `{}`, `1 missing-field "principal": a request needs the field "principal" + 1 missing-field "action": a request needs the field "action"`},
		{"unknown field", head + `,"resorce":"*"}`, `46 unknown-field "resorce": a request has no field "resorce"; did you mean "resource"? allowed are id, principal, action, resource, resourceAccount, context, at, session, sessionPolicy, sessionPolicyArns, parentUser`},
		{"case of a field", head + `,"Resource":"*"}`, `46 unknown-field "Resource": a request has no field "Resource"; did you mean "resource"? allowed are id, principal, action, resource, resourceAccount, context, at, session, sessionPolicy, sessionPolicyArns, parentUser`},
		{"list of actions", `{"principal":"alice","action":["s3:GetObject"]}`, `31 wrong-type "action": action takes a string, not a list`},
		{"null resource", head + `,"resource":null}`, `57 wrong-type "resource": resource takes a string, and is null here; leave the field out if it does not apply`},
		{"empty resource", head + `,"resource":""}`, `57 bad-value "resource": resource is the empty string`},
		{"empty principal", `{"principal":"","action":"a:b"}`, `14 bad-value "principal": principal is the empty string`},
		{"id of another type", head + `,"id":true}`, `51 wrong-type "id": id takes a string or a number, not a boolean`},
		{"account", head + `,"resourceAccount":"1234"}`, `64 bad-value "resourceAccount": resourceAccount is "1234"; an account id has 12 digits`},
		{"time", head + `,"at":"yesterday"}`, `51 bad-value "at": at is "yesterday", which is not an RFC 3339 time; write it as 2026-11-22T10:00:00Z`},
		{"no time", head + `,"at":"0001-01-01T00:00:00Z"}`, `51 bad-value "at": at is the first second of year 1, which stands for no time`},
		{"context of another type", head + `,"context":[]}`, `56 wrong-type "context": context takes an object, not a list`},
		{"no key", head + `,"context":{"SourceIp":1}}`, `57 bad-value "context": "SourceIp" is no condition key; keys are written prefix:name, such as aws:SourceIp (A26)`},
		{"key twice", head + `,"context":{"aws:SourceIp":1,"AWS:sourceip":2}}`, `74 repeated-entry "context": context has the key "AWS:sourceip" twice: it also stands as "aws:SourceIp", and the case of keys is ignored`},
		{"object as a value", head + `,"context":{"a:b":{}}}`, `63 wrong-type "context": the context key a:b takes a value, a list of values, or null, not an object`},
		{"null in a list", head + `,"context":{"a:b":["x", null]}}`, `69 wrong-type "context": an entry of the list of a:b is a string, a number or a boolean, not null`},
		{"session of another type", head + `,"session":1}`, `56 wrong-type "session": session takes an object, not a number`},
		{"session field", head + `,"session":{"tag":{}}}`, `57 unknown-field "session.tag": session has no field "tag"; did you mean "tags"? allowed are type, mfa, tags, sourceIdentity, tokenIssueTime, federatedProvider`},
		{"session type", head + `,"session":{"type":"AssumeRoles"}}`, `64 bad-value "session.type": session.type is "AssumeRoles"; did you mean AssumeRole? allowed are AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity, GetFederationToken, GetSessionToken`},
		{"mfa as text", head + `,"session":{"mfa":"true"}}`, `63 wrong-type "session.mfa": session.mfa takes true or false, not a string`},
		{"tag twice", head + `,"session":{"tags":{"team":1,"Team":2}}}`, `74 repeated-entry "session.tags": tags has the key "Team" twice: it also stands as "team", and the case of tag keys is ignored`},
		{"tag of another type", head + `,"session":{"tags":{"team":[]}}}`, `72 wrong-type "session.tags": the tag team takes a string, not a list`},
		{"ARN twice", head + `,"sessionPolicyArns":["a","a"]}`, `71 repeated-entry "sessionPolicyArns": sessionPolicyArns lists "a" twice`},
		{"ARN alone", head + `,"sessionPolicyArns":"a"}`, `66 wrong-type "sessionPolicyArns": sessionPolicyArns takes a list of strings, not a string`},
		{"ARN of another type", head + `,"sessionPolicyArns":[{}]}`, `67 wrong-type "sessionPolicyArns": an entry of sessionPolicyArns is a string, not an object`},
		{"policy of another type", head + `,"sessionPolicy":[]}`, `62 wrong-type "sessionPolicy": sessionPolicy takes a policy document, not a list`},
		{"faulty policy", head + `,"sessionPolicy":{"Version":"2012-10-17","Statement":{"Efect":"Allow","Action":"s3:*","Resource":"*"}}}`,
			`98 bad-value "sessionPolicy": session policy: the statement has no Effect; there is no default [A13] + 99 bad-value "sessionPolicy": session policy: unknown element "Efect" in a statement; allowed are `},
		{"no policy in the string", head + `,"sessionPolicy":"x"}`, `62 bad-value "sessionPolicy": session policy: `},
		{"several faults", `{"principal":null,"actoin":"x","id":4}`, `14 wrong-type "principal": principal takes a string, and is null here; leave the field out if it does not apply + 19 unknown-field "actoin": a request has no field "actoin"; did you mean "action"? allowed are id, principal, action, resource, resourceAccount, context, at, session, sessionPolicy, sessionPolicyArns, parentUser + 1 missing-field "action": a request needs the field "action"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDecoder(model.ReadOptions{})
			d.decode([]byte(c.line))
			var got []string
			for _, f := range d.faults {
				got = append(got, faultText(f))
			}
			text := strings.Join(got, " + ")
			require.True(t, strings.HasPrefix(text, c.want), "got  %s\nwant %s", text, c.want)
			if !strings.Contains(c.name, "policy") {
				require.Equal(t, c.want, text)
			}
			checkLine(t, d, []byte(c.line))
		})
	}
}

func TestDecode(t *testing.T) {
	shared := newDecoder(model.ReadOptions{})
	for _, line := range goodLines {
		t.Run(line, func(t *testing.T) {
			_, _, ok := referenceDecode([]byte(line))
			require.True(t, ok)
			checkLine(t, newDecoder(model.ReadOptions{}), []byte(line))
			checkLine(t, shared, []byte(line))
		})
	}
}

func TestLongestLine(t *testing.T) {
	d := newDecoder(model.ReadOptions{})
	line := head + `,"resource":"` + strings.Repeat("x", MaxLine-len(head)-len(`,"resource":""}`)) + `"}`
	require.Len(t, line, MaxLine)
	checkLine(t, d, []byte(line))
	require.Empty(t, d.faults)
	checkLine(t, d, []byte(line+" "))
	require.Equal(t, codeTooLong, d.faults[0].Code)
}

// TestWarnings: a warning is told each time, also where the context was read before.
func TestWarnings(t *testing.T) {
	d := newDecoder(model.ReadOptions{})
	for range 3 {
		d.decode([]byte(head + `,"context":{"aws:SourceIpp":1,"aws:PrincipalTag/x":2}}`))
		require.Empty(t, d.faults)
		require.Len(t, d.warnings, 1)
		require.Contains(t, d.warnings[0], `did you mean "aws:SourceIp"?`)
		d.decode([]byte(head + `}`))
		require.Empty(t, d.warnings)
	}
}

// TestCacheBound: what is remembered stays within its bounds, and a request
// that was forgotten reads as before.
func TestCacheBound(t *testing.T) {
	var c cache[int]
	for i := range 3 * cacheEntries {
		text := []byte(strings.Repeat("a", i%97) + string(rune('0'+i)))
		c.keep(text, i)
		got, ok := c.find(text)
		require.True(t, ok)
		require.Equal(t, i, got)
		require.LessOrEqual(t, len(c.entries), cacheEntries)
	}
	long := make([]byte, cacheText+1)
	c.keep(long, 1)
	_, ok := c.find(long)
	require.False(t, ok)
	var n names
	require.Equal(t, string(long), n.name(long))
}

// FuzzDecode: the decoder reads what the reference reads, fresh and with what
// other lines left behind, and says something of every other line.
func FuzzDecode(f *testing.F) {
	for _, line := range goodLines {
		f.Add([]byte(line))
	}
	for _, line := range []string{`{}`, `[1]`, head + `,"context":{"a:b":[{}]}}`, head + `,"session":{"type":"X"}}`, head + `,"at":""}`, head + `,"sessionPolicy":{"Statement":[]}}`} {
		f.Add([]byte(line))
	}
	shared := newDecoder(model.ReadOptions{})
	f.Fuzz(func(t *testing.T, line []byte) {
		checkLine(t, newDecoder(model.ReadOptions{}), line)
		checkLine(t, shared, line)
	})
}

// faultText writes a fault as the table of TestFaults does.
func faultText(f Fault) string {
	return fmt.Sprintf("%d %s %q: %s", f.Column, f.Code, f.Field, f)
}
