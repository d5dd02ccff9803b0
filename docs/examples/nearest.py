"""The three nearest units with a shorter wait for knee replacement than at home, seen from Östersund.

    python3 nearest.py https://HOST root.pem system.pem system.key
"""

import http.client
import json
import math
import ssl
import sys
from urllib.parse import urlencode, urlsplit

ROOT = "/lagesbild/v1"
if len(sys.argv) != 5:
    print(__doc__.strip(), file=sys.stderr)
    raise SystemExit(2)
# Whatever stops it is told on one line.
sys.excepthook = lambda kind, fault, trace: print(fault, file=sys.stderr)
base, root, certificate, key = sys.argv[1:]
identity = ssl.create_default_context(cafile=root)
identity.load_cert_chain(certificate, key)
host = urlsplit(base)
connection = http.client.HTTPSConnection(host.hostname, host.port, context=identity)


def get(path):
    connection.request("GET", path, headers={"Accept": "application/json"})
    answer = connection.getresponse()
    body = json.load(answer)
    if answer.status != 200:
        raise SystemExit(f"{body['status']} {body['type']}: {body['detail']}")
    return body


found = get(f"{ROOT}/procedures?" + urlencode({"q": "knäprotes", "limit": 1}))
asked = {
    "procedure": found["data"][0]["code"],
    "period": "365d",  # the most patients, so that a difference is not chance
    "near": "2380",  # Östersund
    "compareWith": "23",  # Region Jämtland Härjedalen, where the patient lives
    "sort": "distance",
    "limit": 100,
}
shorter = []
next_page = f"{ROOT}/waiting-times?" + urlencode(asked)
while next_page and len(shorter) < 3:
    page = get(next_page)
    shorter += [row for row in page["data"] if (row["comparedToHome"] or {}).get("word") == "shorter"]
    next_page = (page["_links"]["next"] or {}).get("href")

for row in shorter[:3]:
    days = math.floor(row["medianDays"])
    less = math.floor(-row["comparedToHome"]["differenceDays"] + 0.5)
    print(
        f"{row['unit']['name']}: {days} days, {less} shorter, "
        f"{row['distanceKm']:g} km away, {row['count']} operations"
    )
