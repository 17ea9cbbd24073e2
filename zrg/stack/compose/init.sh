#!/bin/sh
# First start of the database container: the roles, their passwords, the database and its rights.
set -eu
folder=${ZRG_SQL_FOLDER:-/zrg}
run() {
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" "$@"
}
run --dbname postgres --file "$folder/roles.sql"
run --dbname postgres --set owner_password="$ZRG_OWNER_PASSWORD" --set app_password="$ZRG_APP_PASSWORD" <<'SQL'
ALTER ROLE zrg_owner PASSWORD :'owner_password';
ALTER ROLE zrg_app PASSWORD :'app_password';
CREATE DATABASE zrg OWNER zrg_owner;
SQL
run --dbname zrg --file "$folder/grants.sql"
