namespace Tidar.Decoding.Planning;

/// <summary>Where measured costs are kept: the user's cache folder.</summary>
public static class ProfileStore
{
    /// <summary>Path of the profile of a key: <c>$XDG_CACHE_HOME/tidar/profiles</c>, else <c>~/.cache/tidar/profiles</c> (Windows: local application data).</summary>
    public static string PathOf(ProfileKey key) => Path.Combine(Root(), "tidar", "profiles", key.FileName);

    private static string Root()
    {
        // The specification wants a relative path ignored.
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named && Path.IsPathFullyQualified(named))
            return named;
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), ".cache");
    }
}
