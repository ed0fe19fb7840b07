using SeGen.Generator.Model;

namespace SeGen.Tests.Generator;

/// <summary>The attribute and the generator, which cannot reference it, say the same of what is not written.</summary>
public class AttributeDefaultsTests
{
    [Fact]
    public void The_attribute_begins_with_the_values_that_the_generator_takes()
    {
        var attribute = new SEBlockAttribute();

        Assert.Equal(GateDefaults.Reduction, attribute.Reduction);
        Assert.Equal(GateDefaults.Divisor, attribute.Divisor);
        Assert.Equal(GateDefaults.RoundLimit, attribute.RoundLimit);
        Assert.Equal(GateDefaults.MaxBatch, attribute.MaxBatch);
    }

    [Fact]
    public void All_other_settings_begin_with_0()
    {
        string[] other = [nameof(GateDefaults.Reduction), nameof(GateDefaults.Divisor), nameof(GateDefaults.RoundLimit), nameof(GateDefaults.MaxBatch)];

        Assert.All(
            typeof(GateSettingsAttribute).GetProperties().Where(p => p.DeclaringType == typeof(GateSettingsAttribute) && !other.Contains(p.Name)),
            property => Assert.Equal(0, Convert.ToInt32(property.GetValue(new SEBlockAttribute()), null)));
    }

    [Fact]
    public void Channels_may_be_written_without_a_name() => Assert.Equal(24, new SEBlockAttribute(24).Channels);
}
