#!/bin/sh
# Trains the model of recipe.yaml with every objective and lets each write the held-out answers in its own way. From the repository's root: sh recipes/compare-objectives/run.sh
set -eu
here=recipes/compare-objectives
out=${OUT:-runs/compare-objectives}
tidar=${TIDAR:-./tidar}
mkdir -p "$out"

# Every fourth held-out prompt: 110, all kinds.
awk 'NR % 4 == 1' recipes/tidar-demo/heldout.jsonl > "$out/prompts.jsonl"

for kind in ar tidar tidar-random-mask block-diffusion masked-diffusion; do
    sed -e "s#OUTPUT#$kind#" -e "s#KIND#$kind#" -e "s#\.\./recipes#$(pwd)/recipes#" "$here/recipe.yaml" > "$out/$kind.yaml"
    [ -d "$out/$kind/model" ] || $tidar train --config "$out/$kind.yaml" ${THREADS:+--threads $THREADS}
done

# answer MODEL NAME OPTIONS: the answers of a model, written in one way.
answer() {
    echo "$2" >&2
    $tidar generate --model "$out/$1/model" --prompts "$out/prompts.jsonl" --json --weights f32 --max-tokens 96 ${THREADS:+--threads $THREADS} $3 > "$out/$2.jsonl" 2> "$out/$2.log"
}
answer ar ar ""
for kind in tidar tidar-random-mask; do
    answer $kind $kind-fused "--mode fused"
    answer $kind $kind-as-blocks-1 "--strategy block-diffusion"
    answer $kind $kind-as-blocks-2 "--strategy block-diffusion --steps 48"
done
answer block-diffusion block-diffusion-1 ""
answer block-diffusion block-diffusion-2 "--steps 48"
answer block-diffusion block-diffusion-threshold "--threshold 0.9"
answer masked-diffusion masked-diffusion-1 "--block-length 32"
answer masked-diffusion masked-diffusion-2 "--block-length 32 --steps 48"
