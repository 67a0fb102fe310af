// Reads lines "kind value", writes 1 or 0 for each: what stdnum and ibantools say.
const { stdnum } = require("stdnum");
const { isValidIBAN } = require("ibantools");
const kinds = {
  nir: (v) => stdnum.FR.nir.validate(v).isValid,
  spi: (v) => stdnum.FR.nif.validate(v).isValid,
  siren: (v) => stdnum.FR.siren.validate(v).isValid,
  siret: (v) => stdnum.FR.siret.validate(v).isValid,
  tva: (v) => stdnum.FR.tva.validate(v).isValid,
  iban: (v) => isValidIBAN(v),
};
const lines = require("fs").readFileSync(0, "utf8").trim().split("\n");
console.log(lines.map((l) => { const [k, v] = l.split(" "); return k in kinds ? (kinds[k](v) ? 1 : 0) : "-"; }).join("\n"));
