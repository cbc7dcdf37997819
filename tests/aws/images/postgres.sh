# PostgreSQL over TLS, with user, password and database from the environment.
set -eu
cluster=$(pg_lsclusters --no-header | cut -d' ' -f1)
data=/etc/postgresql/$cluster/main
echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
printf "listen_addresses = '*'\nssl = on\nfsync = off\n" >> "$data/conf.d/all.conf"
pg_ctlcluster "$cluster" main start
runuser -u postgres -- psql -c "CREATE ROLE $POSTGRES_USER LOGIN PASSWORD '$POSTGRES_PASSWORD'"
runuser -u postgres -- createdb --encoding UTF8 --template template0 --owner "$POSTGRES_USER" "$POSTGRES_DB"
exec sleep infinity
