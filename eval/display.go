package eval

import (
	"fmt"
	"strconv"
)

// String names the statement and says where it stands, such as
//
//	Allow "ReadLogs" of LogReader (identityPolicy) at account.json:12:9
func (s StatementRef) String() string {
	name := fmt.Sprintf("statement %d", s.Index)
	if s.Sid != "" {
		name = strconv.Quote(s.Sid)
	}
	text := fmt.Sprintf("%s %s of %s (%s)", s.Effect, name, s.Policy, s.PolicyType)
	if at := s.Position().String(); at != "" {
		text += " at " + at
	}
	return text
}
