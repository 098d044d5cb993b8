// Times llama.cpp (the prebuilt binaries of the npm package node-llama-cpp) and prints one JSON object: milliseconds of a pass over n token rows behind a
// context, of a prompt, and tokens per second of plain greedy decoding. Run from the folder whose node_modules holds the package:
//   node /path/to/llamacpp.mjs MODEL.gguf THREADS SLOTS CONTEXT PROMPT DECODED
import { pathToFileURL } from "node:url";
import path from "node:path";

const [, , model, threads, slots, context, prompt, decoded] = process.argv;
const root = path.join(process.cwd(), "node_modules", "node-llama-cpp");
const { getLlama } = await import(pathToFileURL(path.join(root, "dist", "index.js")));
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: Number(threads) });
const loaded = await llama.loadModel({ modelPath: model });
const session = await loaded.createContext({ contextSize: 2048, batchSize: 1024, threads: Number(threads), sequences: 1, flashAttention: process.env.FA === "1" });
const sequence = session.getSequence();
const behind = Number(context);

// Ids of ordinary tokens, whatever the vocabulary.
const random = (n) => Array.from({ length: n }, () => 5 + Math.floor(Math.random() * 40000));

function summary(times) {
    times.sort((a, b) => a - b);
    return { ms: times[Math.floor(times.length / 2)], best_ms: times[0], repetitions: times.length };
}

async function repeat(work) {
    await work();
    const times = [];
    for (let total = 0; times.length < 3 || (total < 1000 && times.length < 200); total += times.at(-1))
        times.push(await work());
    return summary(times);
}

async function step(n) {
    await sequence.clearHistory();
    await sequence.evaluateWithoutGeneratingNewTokens(random(behind));
    return repeat(async () => {
        const tokens = random(n), start = performance.now();
        await sequence.evaluateWithoutGeneratingNewTokens(tokens);
        const took = performance.now() - start;
        await sequence.eraseContextTokenRanges([{ start: behind, end: behind + n }]);
        return took;
    });
}

async function prefill(n) {
    return repeat(async () => {
        await sequence.clearHistory();
        const tokens = random(n), start = performance.now();
        await sequence.evaluateWithoutGeneratingNewTokens(tokens);
        return performance.now() - start;
    });
}

async function decode(n) {
    await sequence.clearHistory();
    let count = 0, start = 0;
    for await (const _ of sequence.evaluate(random(behind), { temperature: 0, yieldEogToken: true })) {
        if (count === 0)
            start = performance.now();
        if (++count > n)
            break;
    }
    return { tokens_per_second: 1000 * n / (performance.now() - start) };
}

await step(64);
const rows = [];
for (const n of slots.split(",").map(Number))
    rows.push({ slots: n, ...await step(n) });
const result = { rows, prefill: { slots: Number(prompt), ...await prefill(Number(prompt)) }, decode: await decode(Number(decoded)) };
console.log(JSON.stringify(result));
process.exit(0);
