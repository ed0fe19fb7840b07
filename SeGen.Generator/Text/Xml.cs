namespace SeGen.Generator.Text;

/// <summary>Text within an XML comment.</summary>
internal static class Xml
{
    public static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
