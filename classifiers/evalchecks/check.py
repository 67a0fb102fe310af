# Reads lines "kind value", writes 1 or 0 for each: what python-stdnum says.
import sys
from stdnum import iban, imei, luhn
from stdnum.eu import at_02
from stdnum.fr import nif, nir, siren, siret, tva

kinds = {
    "nir": nir.is_valid, "spi": nif.is_valid, "siren": siren.is_valid, "siret": siret.is_valid, "tva": tva.is_valid,
    "iban": lambda v: iban.is_valid(v, check_country=False), "ics": at_02.is_valid, "imei": lambda v: imei.is_valid(v),
    "card": luhn.is_valid, "rpps": luhn.is_valid, "iccid": luhn.is_valid,
}
for line in sys.stdin:
    kind, value = line.split()
    print(int(kinds[kind](value)) if kind in kinds else "-")
