namespace Tidar.Training.Losses;

/// <summary>What the rows of an objective look like.</summary>
internal static class TrainingObjectiveExtensions
{
    extension(TrainingObjective objective)
    {
        /// <summary>Whether decoding decides a block in many passes, some of its tokens and all of its prompt shown; there is no AR loss then.</summary>
        public bool DenoisesInSteps => objective is TrainingObjective.BlockDiffusion or TrainingObjective.MaskedDiffusion;

        /// <summary>Whether there are mask rows.</summary>
        public bool HasMasks => objective != TrainingObjective.Autoregressive;

        /// <summary>Whether blocks see clean rows before them.</summary>
        public bool HasCleanRows => objective != TrainingObjective.MaskedDiffusion;

        /// <summary>Whether only some tokens of a block are masked.</summary>
        public bool MasksAtRandom => objective is not (TrainingObjective.Tidar or TrainingObjective.Autoregressive);

        /// <summary>Whether a one-pass draft after any prefix is what the objective trains: only then do tokens a pass of TiDAR's step mean anything.</summary>
        public bool TrainsDrafts => objective.HasMasks && !objective.DenoisesInSteps;
    }
}
