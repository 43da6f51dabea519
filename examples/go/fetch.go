package main

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

const fetchBytes = 1 << 16

// client follows no redirect, because nobody but the issuer itself speaks for the issuer. Its transport is our own: the
// default one takes a proxy from the environment.
var client = &http.Client{
	Timeout:       time.Second,
	Transport:     &http.Transport{IdleConnTimeout: time.Minute},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// fetch gives the body at url, and for how long it has lain in a cache: a minute at most.
func fetch(url string) ([]byte, time.Duration, error) {
	response, err := client.Get(url)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, 0, errors.New(response.Status)
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Age"))
	age := time.Duration(seconds) * time.Second
	if age < 0 || age > time.Minute {
		age = time.Minute
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, fetchBytes))
	return body, age, err
}
