#!/bin/sh
# Creates both databases of Temporal on PostgreSQL and brings their schema to the tool's version; run again, it only
# brings up to date. Needs SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD, as the tool itself reads them.
set -eu
tool=${SQL_TOOL:-temporal-sql-tool}

sql() {
  database=$1
  shift
  "$tool" --plugin postgres12 --database "$database" "$@"
}

bring_up_to_date() {
  if said=$(sql "$1" update-schema --schema-name "postgresql/v12/$2" 2>&1); then return; fi
  case $said in
    *schema_version*'does not exist'*) ;;
    *) echo "$said" >&2; exit 1 ;;
  esac
  sql "$1" setup-schema --version 0.0
  sql "$1" update-schema --schema-name "postgresql/v12/$2"
}

for database in temporal temporal_visibility; do sql "$database" create-database; done
bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility
