using System.Text;

namespace SeGen.Generator.Text;

/// <summary>
/// Text with indentation. Blocks are used as <c>using (writer.Block("for (...)"))</c>, so that an emitter is nested as its output is;
/// lines end with '\n' on every machine.
/// </summary>
/// <param name="cancellation">Looked at with every line: who no longer wants the file does not wait for it.</param>
internal sealed class SourceWriter(CancellationToken cancellation = default)
{
    private const string Indentation = "    ";

    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _blankPending;
    private bool _justOpened;

    /// <summary>Writes one line, or several that keep their own indentation; an empty text is a blank line.</summary>
    public SourceWriter Line(string text = "")
    {
        foreach (string line in text.Split('\n'))
            Single(line.TrimEnd('\r'));

        return this;
    }

    /// <summary>The same of an interpolated text; numbers in it are invariant.</summary>
    public SourceWriter Line(LineHandler text) => Line(text.ToString());

    /// <summary>A blank line before whatever comes next, unless a block was just opened or is closed next.</summary>
    public SourceWriter Blank()
    {
        _blankPending = !_justOpened;
        return this;
    }

    /// <summary>A head line and braces; the closing one comes when the result is disposed of.</summary>
    public Scope Block(string head)
    {
        Line(head);
        return Block();
    }

    /// <summary>The same of an interpolated head.</summary>
    public Scope Block(LineHandler head) => Block(head.ToString());

    /// <summary>Braces.</summary>
    public Scope Block()
    {
        Line("{");
        _depth++;
        _justOpened = true;
        return new Scope(this, closing: "}");
    }

    /// <summary>Indentation without braces.</summary>
    public Scope Indent()
    {
        _depth++;
        return new Scope(this, closing: null);
    }

    /// <summary>A semicolon behind the brace that was written last, where a block is an initialiser.</summary>
    public void TerminateStatement() => _text.Insert(_text.Length - 1, ';');

    public override string ToString() => _text.ToString();

    private void Single(string line)
    {
        cancellation.ThrowIfCancellationRequested();
        _justOpened = false;
        if (_blankPending)
        {
            _blankPending = false;
            _text.Append('\n');
        }

        if (line.Length > 0)
        {
            for (int i = 0; i < _depth; i++)
                _text.Append(Indentation);

            _text.Append(line);
        }

        _text.Append('\n');
    }

    /// <summary>The end of a block.</summary>
    public readonly struct Scope(SourceWriter writer, string? closing) : IDisposable
    {
        public void Dispose()
        {
            writer._depth--;
            writer._blankPending = false;
            if (closing is not null)
                writer.Line(closing);
        }
    }
}
