namespace Tidar.Tests; public sealed class Placeholder { [Fact] public void Root_is_found() => Assert.NotEmpty(SharedData.RepositoryRoot); }
