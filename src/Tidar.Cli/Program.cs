using Tidar.Cli.Hosting;

return ProcessHost.Run(args);
