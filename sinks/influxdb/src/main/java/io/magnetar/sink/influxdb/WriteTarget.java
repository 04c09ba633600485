package io.magnetar.sink.influxdb;

/**
 * Where lines go.
 *
 * @param base scheme, host, port and possibly a path, without a slash at the end
 * @param database the database, or the bucket of InfluxDB 2
 * @param org the organization of InfluxDB 2, or empty
 * @param authorization the value of the header of that name, or empty; a secret
 * @param noSync whether InfluxDB 3 answers before its log is written
 */
record WriteTarget(
        WriteApi api,
        String base,
        String database,
        String org,
        String authorization,
        Precision precision,
        boolean noSync) {

    @Override
    public String toString() {
        return api.write(this).toString();
    }
}
