// Reads a JSON-stat dataset with the format's own toolkit, and tells what it understood.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const JSONstat = createRequire(import.meta.url)("jsonstat-toolkit");
const dataset = JSONstat(JSON.parse(readFileSync(process.argv[2], "utf8")));
const cells = JSON.parse(process.argv[3]).map((where) => {
  const cell = dataset.Data(where);
  return { value: cell?.value ?? null, status: cell?.status ?? null };
});
console.log(
  JSON.stringify({
    class: dataset.class,
    id: dataset.id,
    size: dataset.Dimension().map((dimension) => dimension.length),
    time: dataset.role.time,
    labels: dataset.id.map((id) => dataset.Dimension(id).Category().map((category) => category.label)),
    cells,
    rows: dataset.Transform({ type: "arrobj" }).length,
  }),
);
