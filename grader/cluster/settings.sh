# Read this in every shell that starts a scheduler, a worker or the grading:
#   . grader/cluster/settings.sh
# It makes, once, the certificate by which the parts of your cluster know each other.
course=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tls=${GRADING_TLS:-$course/gradebook/tls}
if [ ! -f "$tls/key.pem" ]; then
  (
    umask 077
    mkdir -p "$tls"
    openssl req -x509 -newkey rsa:3072 -noenc -days 365 -subj /CN=grading \
      -keyout "$tls/key.pem" -out "$tls/cert.pem" 2>/dev/null
  )
fi
export PYTHONPATH=$course${PYTHONPATH:+:$PYTHONPATH}
export DASK_CONFIG=$course/grader/cluster/dask
export DASK_DISTRIBUTED__COMM__TLS__CA_FILE=$tls/cert.pem
for part in SCHEDULER WORKER CLIENT; do
  export "DASK_DISTRIBUTED__COMM__TLS__${part}__CERT=$tls/cert.pem"
  export "DASK_DISTRIBUTED__COMM__TLS__${part}__KEY=$tls/key.pem"
done
export OMP_NUM_THREADS=1 # as many graders as cores, one thread each
