using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tokenization.Patterns;

/// <summary>One step of a compiled expression; see <see cref="PatternOperation"/> for the use of the operands.</summary>
internal readonly record struct PatternInstruction(PatternOperation Operation, int A = 0, int B = 0, CodePointSet? Set = null);
