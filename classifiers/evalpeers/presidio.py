# Reads a text on standard input, prints "type<TAB>value" for each finding of
# Presidio's generic pattern recognisers asked for French, score 0.4 and more.
import sys
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer, CryptoRecognizer, EmailRecognizer, IbanRecognizer, IpRecognizer, PhoneRecognizer,
)

recognizers = [
    cls(supported_language="fr", **more)
    for cls, more in ((CreditCardRecognizer, {}), (CryptoRecognizer, {}), (EmailRecognizer, {}), (IbanRecognizer, {}), (IpRecognizer, {}), (PhoneRecognizer, {"supported_regions": ["FR"]}))
]
for line in sys.stdin.read().split("\n"):
    for r in recognizers:
        for x in r.analyze(line, r.supported_entities, None) or []:
            if x.score >= 0.4:
                print(x.entity_type, line[x.start:x.end], sep="\t")
