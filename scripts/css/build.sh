#!/usr/bin/env bash
# Build volunteer_hub/static/main.css from NHS.UK's Sass and our own app.css, keep only what our
# pages use, and precompress it. Needs npm; the result is committed, so nobody else does.
set -euo pipefail
cd "$(dirname "$0")"
out=../../volunteer_hub/static
macros=$(../../.venv/bin/python -c 'import nhsuk_frontend_jinja, pathlib; print(pathlib.Path(nhsuk_frontend_jinja.__file__).parent / "templates/nhsuk/components")')
npm install --silent --no-audit --no-fund
npx sass --load-path=node_modules --style=compressed --no-source-map main.scss built.css
cat built.css app.css > joined.css
# --- keep a rule when each of its classes stands in a template, in Python, or in a macro we call
npx purgecss --css joined.css --output purged.css \
  --content "../../templates/**/*.html" "../../volunteer_hub/**/*.py" \
  "$macros/input/*.jinja" "$macros/textarea/*.jinja" "$macros/select/*.jinja" "$macros/radios/*.jinja" \
  "$macros/checkboxes/*.jinja" "$macros/label/*.jinja" "$macros/legend/*.jinja" "$macros/hint/*.jinja" "$macros/error-message/*.jinja" \
  "$macros/fieldset/*.jinja" --safelist nhsuk-input-wrapper__prefix nhsuk-input-wrapper__suffix main h1 h2 h3 nhsuk-tag--green nhsuk-tag--yellow nhsuk-tag--orange nhsuk-tag--red nhsuk-tag--blue nhsuk-tag--grey
# The icons of search inputs would need files that we do not ship.
sed -E -e 's/^\xEF\xBB\xBF//' -e 's/[^{}]+\{[^{}]*url\("\/assets[^{}]*\}//g' purged.css > css.tmp
npx sass --style=compressed --no-source-map --stdin < css.tmp | sed -e 's/^\xEF\xBB\xBF//' > "$out/main.css"
if grep -qE 'url\(("|.)?(https?:|/assets)' "$out/main.css"; then echo "main.css asks another host or a missing file" >&2; exit 1; fi
python3 - "$out/main.css" <<'PY'
import gzip, pathlib, sys
path = pathlib.Path(sys.argv[1])
data = path.read_bytes()
path.with_suffix(".css.gz").write_bytes(gzip.compress(data, 9, mtime=0))
PY
../../.venv/bin/python - "$out/main.css" <<'PY'
import brotli, pathlib, sys
path = pathlib.Path(sys.argv[1])
path.with_suffix(".css.br").write_bytes(brotli.compress(path.read_bytes(), quality=11))
PY
rm -f built.css joined.css purged.css css.tmp
ls -l "$out"/main.css*
