#!/bin/sh
# Makes up every secret of a new installation: secrets.sh compose|county|province FOLDER LOG_NAME
# LOG_NAME is the audit log's name for ever, under a domain of the agency's: liuhen.example.org/log/1
# compose reads the .env files from FOLDER; Kubernetes gets all of them by FOLDER/secrets.yaml.
# province: S3=HOST:PORT names the object store, where the users and buckets are made by hand.
set -eu
umask 077

form=$1
folder=$2
log_name=$3
case $form in
  compose | county)
    postgres=postgres:5432 kafka=kafka:9092 scheme=s3 s3=minio:9000 tls=''
    ;;
  province)
    postgres=liuhen-postgres-rw:5432 kafka=liuhen-kafka-bootstrap:9093 scheme=s3+tls s3=$S3
    tls='?sslmode=require'
    ;;
  *)
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
    ;;
esac

word() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

bus() { # NAME PASSWORD
  if [ "$form" = province ]; then
    echo "kafka+tls://$1:$2@$kafka/?ca=/etc/liuhen/kafka/ca.crt"
  else
    echo "kafka://$kafka"
  fi
}

service() { # NAME: its databases' two addresses, and the bus
  prefix=LIUHEN_$(echo "$1" | tr '[:lower:]' '[:upper:]')
  serve=$(word) owner=$(word) kafka_word=$(word)
  at=$postgres/$1$tls
  {
    echo "${prefix}_DATABASE_URL=postgresql+psycopg://$1:$serve@$at"
    echo "${prefix}_BUS_URL=$(bus "$1" "$kafka_word")"
  } >"$1.env"
  echo "${prefix}_DATABASE_URL=postgresql+psycopg://$1_owner:$owner@$at" >"$1-owner.env"
  if [ "$form" = province ]; then
    printf 'username=%s\npassword=%s\n' "$1" "$serve" >"$1-role.env"
    printf 'username=%s_owner\npassword=%s\n' "$1" "$owner" >"$1-owner-role.env"
    echo "password=$kafka_word" >"$1-kafka.env"
  else
    printf 'PASSWORD_%s=%s\nPASSWORD_%s_owner=%s\n' "$1" "$serve" "$1" "$owner" >>postgres.env
  fi
}

as_yaml() { # every .env file as a Secret
  for file in *.env; do
    name=liuhen-${file%.env} type=Opaque
    case $file in *-role.env) type=kubernetes.io/basic-auth ;; esac
    printf -- '---\napiVersion: v1\nkind: Secret\ntype: %s\n' "$type"
    printf 'metadata: {name: %s, namespace: liuhen}\nstringData:\n' "$name"
    sed "s/=\(.*\)/: '\1'/; s/^/  /" "$file"
  done
}

mkdir "$folder" # an installation's secrets are made once
cd "$folder"
for name in identity ingest catalog checklist retention access audit oversight; do
  service "$name"
done

ingest=$scheme://ingest:$(word)@$s3/originals
audit=$scheme://audit:$(word)@$s3/bundles
reader=$scheme://access:$(word)@$s3
echo "LIUHEN_INGEST_OBJECTS_URL=$ingest" >>ingest.env
echo "LIUHEN_AUDIT_BUNDLES_URL=$audit" >>audit.env
echo "LIUHEN_AUDIT_LOG_ORIGIN=$log_name" >>audit.env
printf 'LIUHEN_ACCESS_OBJECTS_URL=%s/originals\nLIUHEN_ACCESS_BUNDLES_URL=%s/bundles\n' \
  "$reader" "$reader" >>access.env
if [ "$form" != province ]; then
  echo "POSTGRES_PASSWORD=$(word)" >>postgres.env
  root=$(word)
  printf 'MINIO_ROOT_USER=root\nMINIO_ROOT_PASSWORD=%s\n' "$root" >minio.env
  printf 'ROOT=s3://root:%s@%s\nWRITERS=%s %s\nREADERS=%s/originals %s/bundles\n' \
    "$root" "$s3" "$ingest" "$audit" "$reader" "$reader" >buckets.env
fi
[ "$form" = compose ] || as_yaml >secrets.yaml
