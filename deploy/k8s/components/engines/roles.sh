# PostgreSQL's image runs this once, in an empty data folder: a database for each service, the role
# that owns it, and the role of `serve`, which gets its rights from `liuhen migrate --role`.
for name in $(printenv | sed -n 's/^PASSWORD_\([a-z]*\)=.*/\1/p'); do
  psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" <<SQL
CREATE ROLE $name LOGIN PASSWORD '$(printenv "PASSWORD_$name")';
CREATE ROLE ${name}_owner LOGIN PASSWORD '$(printenv "PASSWORD_${name}_owner")';
CREATE DATABASE $name OWNER ${name}_owner;
REVOKE ALL ON DATABASE $name FROM PUBLIC;
GRANT CONNECT ON DATABASE $name TO $name;
SQL
done
