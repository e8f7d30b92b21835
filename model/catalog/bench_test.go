package catalog

import "testing"

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(embedded); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAction(b *testing.B) {
	c := Default()
	for _, name := range []string{"s3:GetObject", "S3:getobject", "ec2:DescribeVpcEndpointConnectionNotifications", "s3:NoSuchAction"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Action(name)
			}
		})
	}
	b.Run("all in turn", func(b *testing.B) {
		var names []string
		for a := range c.Actions() {
			names = append(names, a.Name())
		}
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			// A step without a common factor, so that no neighbour is asked for.
			i = (i + 7919) % len(names)
			c.Action(names[i])
		}
	})
}

func BenchmarkExpand(b *testing.B) {
	c := Default()
	for _, pattern := range []string{"ec2:*Instance*", "ec2:Describe*Instance*s", "s3:Get*", "*:*Instance*", "*"} {
		b.Run(pattern, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Expand(pattern)
			}
		})
	}
}

func BenchmarkAdvice(b *testing.B) {
	c := Default()
	get, _ := c.Action("s3:GetObject")
	launch, _ := c.Action("ec2:RunInstances")
	b.Run("CanMeet", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			launch.CanMeet("arn:aws:ec2:*:*:volume/*")
		}
	})
	b.Run("CanMeet not", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			get.CanMeet("arn:aws:s3:::bucket")
		}
	})
	b.Run("FittingTypes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			launch.FittingTypes("arn:aws:ec2:eu-west-1:111122223333:volume/v")
		}
	})
	b.Run("AdmitsKey", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			launch.AdmitsKey("ec2:nosuchkey")
		}
	})
	b.Run("SuggestAction", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.SuggestAction("ec2:DescribeInstnaces")
		}
	})
	b.Run("SuggestKey", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.SuggestKey("aws:SuorceIp")
		}
	})
}
