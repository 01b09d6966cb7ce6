# SPDX-License-Identifier: EUPL-1.2
"""A national number is called as the country calls it in which the node stands, in the reader's language."""
import subprocess

import pytest
from node import BIN, Federation
from term import environment

CALLED = {"NL": ("burgerservicenummer (BSN)", "numéro de citoyen néerlandais (BSN)", "Dutch citizen service number (BSN)", "niederländische Bürgerservicenummer (BSN)"),
          "BE-VLG": ("rijksregisternummer", "numéro de registre national (NISS)", "national register number", "Nationalregisternummer"),
          "FR": ("Frans socialezekerheidsnummer (NIR)", "numéro de sécurité sociale (NIR)", "French social security number (NIR)",
                 "französische Sozialversicherungsnummer (NIR)"),
          "DE": ("Duits belastingnummer (Steuer-ID)", "numéro fiscal allemand (Steuer-ID)", "German tax number (Steuer-ID)", "Steuer-ID"),
          "UK": ("NHS- of NI-nummer", "numéro NHS ou NI", "NHS or NI number", "NHS- oder NI-Nummer"),
          "LU": ("Luxemburgse matricule", "matricule luxembourgeois", "Luxembourg matricule", "luxemburgische Matrikelnummer")}


@pytest.mark.parametrize("country", CALLED)
def test_the_number_is_called_as_the_country_calls_it(workdir, country):
    f = Federation(workdir, orgs=())
    try:
        f.nodes.append(f.add("Test", country=country))
        n, = f.start()
        case = n.new_case(**{"national-number": "80013112345"})
        assert "country" not in n.k("case", "show", case), "the client's own"
        for lang, name in zip(("nl", "fr", "en", "de"), CALLED[country]):
            words = ("case", "show", case), ("case", "export", case)
            for line in words:
                out = subprocess.run([str(BIN / "kring"), "--dir", str(n.dir), "--lang", lang, *line], capture_output=True, text=True, env=environment()).stdout
                assert name in out and (country.startswith("BE") or "rijksregister" not in out.lower()), (line, lang, out)
    finally:
        f.stop()
