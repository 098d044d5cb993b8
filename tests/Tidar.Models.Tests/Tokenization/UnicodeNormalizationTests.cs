using System.Security.Cryptography;
using System.Text;
using Tidar.Models.Tokenization.Text;

namespace Tidar.Models.Tests.Tokenization;

public sealed class UnicodeNormalizationTests
{
    // SHA-256 of UTF-8 lines, made with ICU (Unicode 17) by the same walk and the same draws.
    [Theory]
    [InlineData("Nfc", "9cc65524a9d8082bf10840c616cd199bd2ac12ee49a3381bd6fb7957711f342b")]
    [InlineData("Nfd", "acbdeb7e8b807ccf13f21be69a6825f6233d7c6af87d13dbd843a7ee95c9a803")]
    [InlineData("Nfkc", "b592b29d0a136c43fbf0a99c68dba70bc06e9ead45a62bf85d4ae49492bb8e62")]
    [InlineData("Nfkd", "06444921abf558906cbd3ae3dbd959802f9144ba28867f2bbb96b00c28614b13")]
    public void Every_code_point_normalizes_as_in_ICU(string form, string expected)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new StringBuilder();
        for (int c = 0; c < CodePoints.Limit; c++)
        {
            if (c is < 0xD800 or > 0xDFFF)
                block.Append(UnicodeNormalization.Normalize(char.ConvertFromUtf32(c), Enum.Parse<UnicodeForm>(form))).Append('\n');
            if (c % 4096 == 4095)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(block.ToString()));
                block.Clear();
            }
        }

        Assert.Equal(expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Theory]
    [InlineData("Nfc", "e6a1ff50950d1529d059c773e85ce397419d4585c0fa992ee2fd4d581b69c536")]
    [InlineData("Nfd", "e017e0bbf60d8d8f9b75db259d0556d55a523e275edefab8ec54494d012c7f99")]
    [InlineData("Nfkc", "931471906dac895750e3ae12ed7198100709375e67790e50842dc55f5a1dbfe7")]
    [InlineData("Nfkd", "7e0bce2d2d710365a944136d464e4c3d21efb6927f512460261e6bc8b559d1c8")]
    public void Random_sequences_of_letters_and_marks_normalize_as_in_ICU(string form, string expected)
    {
        (int, int)[] ranges =
        [
            (0x41, 0x17F), (0x300, 0x345), (0x591, 0x5C7), (0x64B, 0x655), (0x915, 0x94D), (0x9BE, 0x9D7), (0x1100, 0x1112), (0x1161, 0x1175), (0x11A8, 0x11C2),
            (0xAC00, 0xAC40), (0x1E00, 0x1EFF), (0x1F00, 0x1FFF), (0x2126, 0x212B), (0x3041, 0x30FF), (0xF900, 0xF930), (0xFB1D, 0xFB4E), (0xFF41, 0xFFEE), (0x1D157, 0x1D1E8),
        ];
        int[] points = [.. ranges.SelectMany(static r => Enumerable.Range(r.Item1, r.Item2 - r.Item1 + 1))];
        uint seed = 12345;
        int Draw(int below) => (int)(((seed = seed * 1103515245 + 12345) >> 8) % (uint)below);
        var all = new StringBuilder();
        for (int i = 0; i < 40_000; i++)
        {
            var text = new StringBuilder();
            for (int n = 1 + Draw(8); n > 0; n--)
                text.Append(char.ConvertFromUtf32(points[Draw(points.Length)]));
            all.Append(UnicodeNormalization.Normalize(text.ToString(), Enum.Parse<UnicodeForm>(form))).Append('\n');
        }

        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString()))));
    }

    [Fact]
    public void Text_that_is_normalized_already_is_not_copied()
    {
        const string Text = "Plain text, 日本語, 😀 and composed é.";
        Assert.Same(Text, UnicodeNormalization.Normalize(Text, UnicodeForm.Nfc));
    }

    [Fact]
    public void A_long_run_of_marks_is_ordered_in_bounded_time()
    {
        string marks = string.Concat(Enumerable.Repeat("\u0323\u0301", 200_000));
        string normalized = UnicodeNormalization.Normalize("a" + marks, UnicodeForm.Nfd);
        Assert.Equal("a" + new string('\u0323', 200_000) + new string('\u0301', 200_000), normalized);
    }

    [Fact]
    public void Lone_surrogates_become_the_replacement_character()
    {
        Assert.Equal("a\ufffdb", CodePoints.WellFormed("a\ud800b"));
        Assert.Equal("\ufffd", CodePoints.WellFormed("\udc00"));
        Assert.Equal("\ud83d\ude00\ufffd", CodePoints.WellFormed("\ud83d\ude00\ud83d"));
        Assert.Equal("\ufffd\ud83d\ude00", CodePoints.WellFormed("\ud83d\ud83d\ude00"));
    }
}
