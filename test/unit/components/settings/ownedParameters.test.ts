import { renderMainCf } from "../../../../components/postfix/mainCf";
import { optionFor } from "../../../../components/settings/ownedParameters";
import { factsOf, fullSettings } from "../fixtures";

test("every parameter the component writes is refused in postfixParameters, and none that it leaves alone", () => {
  const text = renderMainCf(fullSettings({ postfixParameters: { maximal_queue_lifetime: "2d" } }), factsOf["3.10"]!);
  const written = [...text.matchAll(/^(\w+) =/gm)].map(([, name]) => name!);
  expect(written).toContain("maximal_queue_lifetime");
  expect(written.filter((name) => optionFor(name) === undefined)).toEqual(["maximal_queue_lifetime"]);
});
