namespace Tidar.Models.Chat.Jinja;

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed class LoopControl(Flow flow, int line) : Statement(line)
{
    public override void Bind(BindFrame frame)
    {
        if (!frame.IsInLoop)
            throw Fail.Syntax(flow == Flow.Break ? "'break' outside loop" : "'continue' not properly in loop", Line);
    }

    public override Flow Execute(Scope scope) => flow;
}
