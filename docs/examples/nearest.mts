// The three nearest units with a shorter wait for knee replacement than at home, seen from Östersund.
//
// The types are made from the contract and nothing else. In a folder that holds this file, the root certificate that the
// service's own goes back to, and the system's certificate with its key:
//   npm install openapi-typescript typescript@5 @types/node
//   NODE_EXTRA_CA_CERTS=root.pem npx openapi-typescript https://HOST/lagesbild/v1/openapi.json -o contract.mts
//   npx tsc --strict --module nodenext --target es2022 --types node nearest.mts
//   node nearest.mjs https://HOST root.pem system.pem system.key
import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { components, operations } from "./contract.mjs";

type Query<O extends keyof operations> = NonNullable<operations[O]["parameters"]["query"]>;
type Row = components["schemas"]["WaitingTimesRow"];
type Problem = components["schemas"]["ProblemResponse"];

// Whatever stops it is told on one line.
process.on("uncaughtException", (fault: NodeJS.ErrnoException) => {
  console.error(fault.message || fault.code);
  process.exit(1);
});

const given = process.argv.slice(2);
if (given.length !== 4) {
  console.error(
    "The three nearest units with a shorter wait for knee replacement than at home, seen from Östersund.\n\n" +
      "    node nearest.mjs https://HOST root.pem system.pem system.key",
  );
  process.exit(2);
}
const [base, root, certificate, key] = given;
const identity = { ca: readFileSync(root), cert: readFileSync(certificate), key: readFileSync(key) };

function get<T>(path: string): Promise<T> {
  return new Promise((done, fail) => {
    const asked = request(new URL(path, base), { ...identity, headers: { accept: "application/json" } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => (text += part));
      answer.on("end", () => {
        const body: unknown = JSON.parse(text);
        if (answer.statusCode === 200) {
          done(body as T);
        } else {
          const problem = body as Problem;
          fail(new Error(`${problem.status} ${problem.type}: ${problem.detail}`));
        }
      });
    });
    asked.on("error", fail);
    asked.end();
  });
}

function address(path: string, query: object): string {
  const text = new URLSearchParams();
  const append = (name: string, value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach((one) => append(name, one));
    } else if (typeof value === "object" && value !== null) {
      Object.entries(value).forEach(([member, one]) => append(member, one)); // minAsa: its members are what is sent
    } else {
      text.append(name, String(value));
    }
  };
  append("", query);
  return `/lagesbild/v1${path}?${text}`;
}

const words: Query<"listProcedures"> = { q: "knäprotes", limit: 1 };
const found = await get<components["schemas"]["ProceduresResponse"]>(address("/procedures", words));

const asked: Query<"listWaitingTimes"> = {
  procedure: [found.data[0].code],
  period: "365d", // the most patients, so that a difference is not chance
  near: "2380", // Östersund
  compareWith: "23", // Region Jämtland Härjedalen, where the patient lives
  sort: "distance",
  limit: 100,
};
const shorter: Row[] = [];
let next: string | undefined = address("/waiting-times", asked);
while (next && shorter.length < 3) {
  const page: components["schemas"]["WaitingTimesResponse"] = await get(next);
  shorter.push(...page.data.filter((row) => row.comparedToHome?.word === "shorter"));
  next = page._links.next?.href;
}

for (const row of shorter.slice(0, 3)) {
  const days = Math.floor(row.medianDays!);
  const less = Math.round(-row.comparedToHome!.differenceDays);
  console.log(`${row.unit!.name}: ${days} days, ${less} shorter, ${row.distanceKm} km away, ${row.count} operations`);
}
