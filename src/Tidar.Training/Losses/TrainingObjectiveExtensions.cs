namespace Tidar.Training.Losses;

/// <summary>What the rows of an objective look like.</summary>
internal static class TrainingObjectiveExtensions
{
    extension(TrainingObjective objective)
    {
        /// <summary>Whether clean rows predict their next token.</summary>
        public bool HasAutoregressiveLoss =>
            objective is TrainingObjective.Tidar or TrainingObjective.TidarRandomMask or TrainingObjective.Autoregressive;

        /// <summary>Whether there are mask rows.</summary>
        public bool HasMasks => objective != TrainingObjective.Autoregressive;

        /// <summary>Whether blocks see clean rows before them.</summary>
        public bool HasCleanRows => objective != TrainingObjective.MaskedDiffusion;

        /// <summary>Whether only some tokens of a block are masked.</summary>
        public bool MasksAtRandom => objective is not (TrainingObjective.Tidar or TrainingObjective.Autoregressive);

        /// <summary>Whether a one-pass draft after any prefix is what the objective trains: only then do tokens a pass of TiDAR's step mean anything.</summary>
        public bool TrainsDrafts => objective is TrainingObjective.Tidar or TrainingObjective.TidarRandomMask;
    }
}
