// Command simulate answers, offline, whether AWS IAM would allow a request,
// and says why.
//
//	simulate can role/Deployer s3:PutObject arn:aws:s3:::artifacts/app.zip -f account.json
//	simulate test scenarios/
//	simulate validate policy.json
//
// docs/formats.md describes what it reads, docs/json.md what it writes for
// programs.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
