@echo off
rem Builds the program when a source is newer than it, then runs it with the arguments given.
setlocal
set "root=%~dp0"
set "program=%root%artifacts\tidar"
set "stamp=%root%artifacts\tidar.built"

where dotnet >nul 2>nul
if errorlevel 1 (
    echo tidar: expected the .NET 10 SDK ^(https://dotnet.microsoft.com/download^), found no dotnet on the PATH 1>&2
    exit /b 2
)

powershell -NoProfile -ExecutionPolicy Bypass -Command "$s = Get-Item -LiteralPath $env:stamp -ErrorAction SilentlyContinue; if (-not $s) { exit 1 }; $f = Get-ChildItem -LiteralPath ($env:root + 'src') -Recurse -File | Where-Object { $_.FullName -notmatch '\\(bin|obj)\\' }; $f += Get-Item -Path ($env:root + 'Directory.*.props'), ($env:root + 'global.json'); if ($f | Where-Object { $_.LastWriteTimeUtc -gt $s.LastWriteTimeUtc } | Select-Object -First 1) { exit 1 }"
if not errorlevel 1 if exist "%program%\tidar.dll" goto run

if not exist "%root%artifacts" mkdir "%root%artifacts"
echo tidar: building (the first time takes a minute) 1>&2
pushd "%root%"
dotnet publish src\Tidar.Cli --configuration Release --artifacts-path artifacts\build --output artifacts\tidar --use-current-runtime --no-self-contained -p:PublishReadyToRun=true -p:EmbedModel=false -p:RunAnalyzers=false -p:GenerateDocumentationFile=false -nologo -verbosity:quiet >"%root%artifacts\build.log" 2>&1
if errorlevel 1 (
    popd
    type "%root%artifacts\build.log" 1>&2
    echo tidar: the build failed 1>&2
    exit /b 1
)
popd
type nul >"%stamp%"

:run
dotnet "%program%\tidar.dll" %*
exit /b %errorlevel%
